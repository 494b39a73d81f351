/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one partition leaves in memory, x87/SSE and segment registers is not seen by another, nor by
 * its own next life.
 *
 * system: a mem=4M fault=restart restarts=5
 * system: b mem=4M fault=restart restarts=5
 */
#include "guest.h"

static bool all_zero(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static bool has_selector(void)
{
    uint64_t ds, es, fs, gs, cs = start_state.cs;
    __asm__ volatile("mov %%ds, %0; mov %%es, %1; mov %%fs, %2; mov %%gs, %3"
                     : "=r"(ds), "=r"(es), "=r"(fs), "=r"(gs));
    return ds == cs || es == cs || fs == cs || gs == cs;
}

static bool has_secret(void)
{
    uint8_t image[512] __attribute__((aligned(16)));
    __asm__ volatile("fxsave64 %0" : "=m"(image));
    return image[160 + 15 * 16] == 0xFF || has_selector();
}

/* The selector is that of the code: no segment register but CS starts with it. */
static void leave_secret(void)
{
    __asm__ volatile(
        "mov %0, %%ds; mov %0, %%es; mov %0, %%fs; mov %0, %%gs" ::"r"(start_state.cs));
    __asm__ volatile("pcmpeqd %%xmm15, %%xmm15" ::: "xmm15");
}

void run(void)
{
    unsigned life = PAGE->restarts;
    char *stack = (char *)start_state.registers.rsp - HV_STACK_SIZE;
    char *guard = stack - HV_PAGE_SIZE;
    tap_continue(life * 3);
    OK(all_zero(_end, (size_t)(guard - _end)) && all_zero(stack, HV_STACK_SIZE - 8192),
       "life %u: the memory is 0", life);
    bool clean = !has_selector() && all_zero((const char *)start_state.fx + 160, 256);
    OK(clean, "life %u: no selector, no XMM register from elsewhere", life);
    bool seen = false;
    for (unsigned i = 0; i < 20; i++) {
        if (PAGE->partition_id == 0)
            leave_secret();
        call(HV_CALL_VCPU_YIELD);
        seen |= PAGE->partition_id == 1 && has_secret();
    }
    OK(!seen, "life %u: nor while both run", life);
    __builtin_memset(_end, 0x5A, (size_t)(guard - _end));
    __builtin_memset(stack, 0x5A, HV_STACK_SIZE - 8192);
    leave_secret();
    if (life == 3)
        return;
    if (life % 2)
        call(HV_CALL_PARTITION_RESTART);
    __asm__ volatile("ud2");
}
