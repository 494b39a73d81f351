/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts the ticks of line 0 against the TSC, to the tick: each look is taken well between two
 * ticks, so that rounding can hide none. For icount alone, where a TSC tick is a nanosecond and the
 * 8254 is exact. `ms`: for how long; `looks`: how many, evenly over that time.
 */
#include "guest.h"

#define NS_PER_S 1000000000ul
/* From a tick to the first look at the TSC in its upcall, at most: 2,000 instructions to the
 * upcall, then the entry in start.asm. */
#define UNDISTURBED 2500

/* A tick that came while this guest was running: when, and how many were raised with it. */
static uint64_t anchor_tsc, anchor_raised;
static volatile uint64_t last_look; /* at the TSC, in the loop that waits for such a tick */
static uint64_t told, upcalls;

static void on_tick(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    uint64_t now = rdtsc();
    told += frame->count;
    upcalls++;
    if (now - last_look < UNDISTURBED && frame->count == 1) {
        anchor_tsc = now;
        anchor_raised = stats_of(HV_VECTOR_PIT).raised;
    }
}

/* Ticks since the anchor, in 256ths. */
static uint64_t fine_ticks(uint64_t tsc)
{
    uint64_t seconds = (tsc - anchor_tsc) / NS_PER_S, rest = (tsc - anchor_tsc) % NS_PER_S;
    return (seconds * HV_PIT_HZ * 256 + rest * HV_PIT_HZ / NS_PER_S * 256 +
            rest * HV_PIT_HZ % NS_PER_S * 256 / NS_PER_S) /
           PAGE->tick_divisor;
}

/* The stats, read between a quarter and a half of the way from one tick to the next: what the
 * TSC says then is *expected. */
static struct hv_irq_stats look(uint64_t *expected)
{
    interrupts_disable();
    for (;;) {
        uint64_t before = fine_ticks(rdtsc());
        struct hv_irq_stats stats = stats_of(HV_VECTOR_PIT);
        uint64_t after = fine_ticks(rdtsc());
        if (before / 64 % 4 == 1 && after / 64 == before / 64) {
            *expected = anchor_raised + before / 256;
            return stats;
        }
    }
}

static void find_anchor(void)
{
    interrupts_enable();
    while (*(volatile uint64_t *)&anchor_tsc == 0)
        last_look = rdtsc();
    last_look = 0;
}

static void wait_until(uint64_t end)
{
    interrupts_enable();
    while (rdtsc() < end)
        call(HV_CALL_VCPU_WAIT);
}

void run(void)
{
    uint64_t looks = argument("looks", 10), wrong = 0, expected = 0;
    uint64_t step = argument("ms", 100) * 1000000 / looks;
    struct hv_irq_stats stats = {0};
    on_upcall = on_tick;
    must_register(HV_VECTOR_PIT);
    find_anchor();
    for (uint64_t i = 0; i < looks; i++) {
        wait_until(anchor_tsc + (i + 1) * step);
        stats = look(&expected);
        if (stats.raised != expected && wrong++ < 5)
            tap_note("look %lu: raised %lu, the TSC says %lu", i, stats.raised, expected);
    }
    OK(wrong == 0, "raised is what the TSC says, in %lu looks at %lu ticks", looks,
       expected - anchor_raised);
    IS(stats.acknowledged, told, "acknowledged is what the upcalls told");
    IS(stats.raised, told + stats.outstanding, "and the rest is outstanding");
    IS(stats.upcalls, upcalls, "upcalls");
    OK(stats.discarded == 0 && stats.held == 0, "none discarded, none held back");
}
