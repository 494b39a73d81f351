/* SPDX-License-Identifier: BSD-2-Clause */
#include "clock.h"

/* From a tick to the first look at the TSC in its upcall, at most: 2,000 instructions to the
 * upcall, then the entry in start.asm. */
#define UNDISTURBED 2500

uint64_t clock_told, clock_upcalls;

/* A tick that came while this guest was running: when, and how many were raised with it. */
static uint64_t anchor_tsc, anchor_raised;
static volatile uint64_t last_look; /* at the TSC, in the loop that waits for such a tick */

void clock_on_tick(const struct hv_upcall *frame, uint64_t now)
{
    clock_told += frame->count;
    clock_upcalls++;
    if (now - last_look < UNDISTURBED && frame->count == 1) {
        anchor_tsc = now;
        anchor_raised = stats_of(HV_VECTOR_PIT).raised;
    }
}

void clock_start(void)
{
    interrupts_enable();
    while (*(volatile uint64_t *)&anchor_tsc == 0)
        last_look = rdtsc();
    last_look = 0;
}

uint64_t clock_fine(uint64_t tsc)
{
    uint64_t seconds = (tsc - anchor_tsc) / NS_PER_S, rest = (tsc - anchor_tsc) % NS_PER_S;
    return anchor_raised * 256 + (seconds * HV_PIT_HZ * 256 + rest * HV_PIT_HZ / NS_PER_S * 256 +
                                  rest * HV_PIT_HZ % NS_PER_S * 256 / NS_PER_S) /
                                     PAGE->tick_divisor;
}

struct hv_irq_stats clock_look(uint64_t *expected)
{
    interrupts_disable();
    for (;;) {
        uint64_t before = clock_fine(rdtsc());
        struct hv_irq_stats stats = stats_of(HV_VECTOR_PIT);
        uint64_t after = clock_fine(rdtsc());
        if (before / 64 % 4 == 1 && after / 64 == before / 64) {
            *expected = before / 256;
            return stats;
        }
    }
}
