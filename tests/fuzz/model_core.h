/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference model of a vCPU's virtual interrupts, written from docs/ABI.md: for each vector
 * three flags and four numbers. No bitmaps, no index: what follows from these is computed anew.
 */
#ifndef MODEL_CORE_H
#define MODEL_CORE_H

#include <stdbool.h>
#include <stdint.h>
#include "belfry/hv_abi.h"
#include "hv/virq.h"

struct model_core {
    bool registered[HV_VECTORS], masked[HV_VECTORS], in_service[HV_VECTORS];
    uint64_t raised[HV_VECTORS], acknowledged[HV_VECTORS];
    uint64_t discarded[HV_VECTORS], upcalls[HV_VECTORS];
};

uint64_t model_outstanding(const struct model_core *core, unsigned vector);
bool model_eligible(const struct model_core *core, unsigned vector);

/* The lowest vector that is pending and not masked, or HV_VECTORS. */
unsigned model_next(const struct model_core *core);

/* As the operations of the same names in hv/virq.h; a status, or a number, or what changed. */
int64_t model_register(struct model_core *core, unsigned vector);
int64_t model_unregister(struct model_core *core, unsigned vector);
int64_t model_mask(struct model_core *core, unsigned vector, bool masked);
int64_t model_end_service(struct model_core *core, unsigned vector, uint64_t count,
                          uint64_t upcall);
int64_t model_acknowledge(struct model_core *core, unsigned vector, uint64_t count);
void model_begin(struct model_core *core, unsigned vector);
void model_forget(struct model_core *core, unsigned vector);

/* Where the vector is registered, counts an occurrence. True where the vector is deliverable. */
bool model_raise(struct model_core *core, unsigned vector);

/* Expects all of the core's state to be the model's, and its invariant to hold. */
void model_core_expect(const struct model_core *core, const struct virq *virq);

#endif
