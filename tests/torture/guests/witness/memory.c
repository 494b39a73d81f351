/* SPDX-License-Identifier: BSD-2-Clause */
/* A pattern in all memory that nothing else uses, and the code as it was. */
#include "witness.h"

#define PART 256 /* words in a step */

static uint64_t *first, *last, *next;
static uint64_t code_sum;

static uint64_t pattern(const uint64_t *word)
{
    return (uint64_t)word * 0x9E3779B97F4A7C15 ^ 0x5EC2E75EC2E75EC2;
}

static uint64_t *guard_page(void)
{
    return (uint64_t *)(start_state.registers.rsp - HV_STACK_SIZE - HV_PAGE_SIZE);
}

/* The code: all up to the constants. */
static uint64_t sum_code(void)
{
    static const char constant[] = "constant";
    const uint64_t *from = (const uint64_t *)HV_MEM_BASE;
    const uint64_t *to = (const uint64_t *)((uint64_t)constant & ~(uint64_t)(HV_PAGE_SIZE - 1));
    uint64_t sum = 0;
    for (; from < to; from++)
        sum = (sum << 7 | sum >> 57) ^ *from;
    return sum;
}

static void check_page(void)
{
    must(PAGE->magic == HV_PAGE_MAGIC && PAGE->abi_version == HV_ABI_VERSION &&
             PAGE->mem_base == HV_MEM_BASE && PAGE->restarts == 0 &&
             PAGE->mem_base + PAGE->mem_size == start_state.registers.rsp,
         MEMORY, "the vCPU page has changed");
}

void memory_fill(void)
{
    first = next = (uint64_t *)(((uint64_t)_end + 7) & ~7ul);
    last = guard_page();
    for (uint64_t *word = first; word < last; word++)
        *word = pattern(word);
    code_sum = sum_code();
}

void memory_check_part(void)
{
    for (unsigned n = 0; n < PART; n++) {
        if (next == last)
            next = first;
        if (*next != pattern(next)) {
            must(false, MEMORY, "at 0x%lx: 0x%lx", (uint64_t)next, *next);
            *next = pattern(next);
        }
        next++;
    }
    check_page();
}

void memory_check_all(void)
{
    for (next = first; next < last; next++)
        must(*next == pattern(next), MEMORY, "at 0x%lx: 0x%lx", (uint64_t)next, *next);
    must(sum_code() == code_sum, MEMORY, "the code has changed");
}
