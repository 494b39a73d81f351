/* SPDX-License-Identifier: BSD-2-Clause */
/* Ways to break out of a partition. */
#ifndef ROGUE_ATTEMPTS_H
#define ROGUE_ATTEMPTS_H

#include <stdbool.h>
#include <stdint.h>

struct attempt {
    const char *what;
    /* Most end in a fault and don't return. False: it had no effect, as should be. True: it got
     * through, and the hypervisor has a hole. */
    bool (*run)(uint64_t argument);
    uint64_t argument; /* an address, or what else the attempt needs */
};

/* instructions.c, memory.c, state.c: each ends with an attempt whose `what` is NULL. */
extern const struct attempt instruction_attempts[];
extern const struct attempt memory_attempts[];
extern const struct attempt state_attempts[];

#endif
