/* SPDX-License-Identifier: BSD-2-Clause */
/* What hv/virq.h keeps of a vector, read and written here alone: how it is laid out is of no
 * concern to models and targets. */
#ifndef VIRQ_FIELDS_H
#define VIRQ_FIELDS_H

#include <stdbool.h>
#include <stdint.h>
#include "hv/virq.h"

struct virq_flags {
    bool registered, masked, in_service, pending;
};

static inline struct virq_flags virq_flags(const struct virq *virq, unsigned vector)
{
    unsigned word = vector / 64, bit = vector % 64;

    return (struct virq_flags){.registered = virq->registered[word] >> bit & 1,
                               .masked = virq->masked[word] >> bit & 1,
                               .in_service = virq->in_service[word] >> bit & 1,
                               .pending = virq->pending[word] >> bit & 1};
}

struct virq_counts {
    uint64_t raised, acknowledged, discarded, upcalls;
};

static inline struct virq_counts virq_counts(const struct virq *virq, unsigned vector)
{
    unsigned word = vector / 64, bit = vector % 64;

    return (struct virq_counts){.raised = virq->raised[word][bit],
                                .acknowledged = virq->acknowledged[word][bit],
                                .discarded = virq->discarded[word][bit],
                                .upcalls = virq->upcalls[word][bit]};
}

static inline void virq_set_counts(struct virq *virq, unsigned vector, struct virq_counts counts)
{
    unsigned word = vector / 64, bit = vector % 64;

    virq->raised[word][bit] = counts.raised;
    virq->acknowledged[word][bit] = counts.acknowledged;
    virq->discarded[word][bit] = counts.discarded;
    virq->upcalls[word][bit] = counts.upcalls;
}

#endif
