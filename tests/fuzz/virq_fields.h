/* SPDX-License-Identifier: BSD-2-Clause */
/* What hv/virq.h keeps of a vector, read and written here alone: how it is laid out is of no
 * concern to models and targets. */
#ifndef VIRQ_FIELDS_H
#define VIRQ_FIELDS_H

#include <stdbool.h>
#include <stdint.h>
#include "hv/virq.h"

struct virq_flags {
    bool registered, masked, in_service, eligible;
};

static inline struct virq_flags virq_flags(const struct virq *virq, unsigned vector)
{
    const struct virq_vector *of = &VIRQ_OF(virq, vector);
    unsigned word = vector / 64, bit = vector % 64;

    return (struct virq_flags){.registered = virq->registered[word] >> bit & 1,
                               .masked = of->masked,
                               .in_service = of->in_service,
                               .eligible = virq->eligible[word] >> bit & 1};
}

struct virq_counts {
    uint64_t raised, acknowledged, discarded, upcalls;
};

static inline struct virq_counts virq_counts(const struct virq *virq, unsigned vector)
{
    const struct virq_vector *of = &VIRQ_OF(virq, vector);

    return (struct virq_counts){.raised = of->raised,
                                .acknowledged = of->acknowledged,
                                .discarded = of->discarded,
                                .upcalls = of->upcalls};
}

static inline void virq_set_counts(struct virq *virq, unsigned vector, struct virq_counts counts)
{
    struct virq_vector *of = &VIRQ_OF(virq, vector);

    of->raised = counts.raised;
    of->acknowledged = counts.acknowledged;
    of->discarded = counts.discarded;
    of->upcalls = counts.upcalls;
}

#endif
