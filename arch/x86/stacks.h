/* SPDX-License-Identifier: BSD-2-Clause */
/* The hypervisor's stacks, each with a guard page below it that paging_init() unmaps. */
#ifndef X86_STACKS_H
#define X86_STACKS_H

#include <stdint.h>

/* The hypervisor's own, and those of the interrupt stack table (Intel SDM volume 3,
 * section 6.14.5). */
enum { STACK_HV, STACK_NMI, STACK_DF, STACK_MC, STACK_COUNT };

#define STACK_SIZE 16384

struct stack {
    uint8_t guard[4096];
    uint8_t bytes[STACK_SIZE];
};

extern struct stack stacks[STACK_COUNT];

static inline uint64_t stack_end(unsigned stack)
{
    return (uint64_t)&stacks[stack] + sizeof(struct stack);
}

#endif
