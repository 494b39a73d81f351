/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a vector to the vCPUs that registered it. A raise walks that set, never the partitions.
 * Pure. The sets here and the maps in the vCPUs' virtual interrupts agree.
 */
#ifndef HV_ROUTE_H
#define HV_ROUTE_H

#include <stdint.h>
#include "belfry/hv_abi.h"
#include "hv/virq.h"

#define VCPUS 64 /* a set of vCPUs is one word */

/* The virtual interrupts of all vCPUs. One object and not a pointer to the first of many: so it is
 * a value to the prover. */
struct virqs {
    struct virq of[VCPUS];
};

struct route {
    uint64_t registered[HV_VECTORS]; /* bit n: vCPU n has the vector registered */
};

/* What is proved of it, for the prover. To the compiler it is empty. */
#include "hv/route_spec.h"

void route_init(struct route *route);

/* Registers `vector` for vCPU `id`, from here on counting its occurrences. 0, or HV_EBUSY. */
int64_t route_register(struct route *route, struct virqs *virqs, unsigned id, unsigned vector);

/* Takes it back: the occurrences discarded, or HV_ENOENT. */
int64_t route_unregister(struct route *route, struct virqs *virqs, unsigned id, unsigned vector);

/* Counts one occurrence of `vector` for each vCPU that registered it. Returns the set of those for
 * which the vector is eligible now: they have something to be told. */
uint64_t route_raise(const struct route *route, struct virqs *virqs, unsigned vector);

#endif
