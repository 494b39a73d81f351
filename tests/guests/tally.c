/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts the ticks of line 0 against the TSC, to the tick. For icount alone. `ms`: for how long;
 * `looks`: how many, evenly over that time.
 */
#include "clock.h"

static void on_tick(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    clock_on_tick(frame, rdtsc());
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
    clock_start();
    uint64_t start = rdtsc(), first = clock_told;
    for (uint64_t i = 0; i < looks; i++) {
        wait_until(start + (i + 1) * step);
        stats = clock_look(&expected);
        if (stats.raised != expected && wrong++ < 5)
            tap_note("look %lu: raised %lu, the TSC says %lu", i, stats.raised, expected);
    }
    OK(wrong == 0, "raised is what the TSC says, in %lu looks at %lu ticks", looks,
       expected - first);
    IS(stats.acknowledged, clock_told, "acknowledged is what the upcalls told");
    IS(stats.raised, clock_told + stats.outstanding, "and the rest is outstanding");
    IS(stats.upcalls, clock_upcalls, "upcalls");
    OK(stats.discarded == 0 && stats.held == 0, "none discarded, none held back");
}
