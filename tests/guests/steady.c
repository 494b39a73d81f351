/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps time: counts the ticks of line 0 against the TSC for `ms` milliseconds and says how far
 * they are apart. Whatever the others do meanwhile, no tick may be missing.
 */
#include "guest.h"

static uint64_t ticks;

static void count(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    ticks += frame->count;
}

void run(void)
{
    on_upcall = count;
    must_register(HV_VECTOR_PIT);
    interrupts_enable();
    call(HV_CALL_VCPU_WAIT);
    uint64_t start = rdtsc(), end = start + argument("ms", 500) * (PAGE->tsc_hz / 1000);
    uint64_t before = ticks, waits = 0;
    while (rdtsc() < end) {
        call(HV_CALL_VCPU_WAIT);
        waits++;
    }
    uint64_t elapsed = rdtsc() - start, seen = ticks - before;
    interrupts_disable();
    uint64_t expected = elapsed / tick_cycles();
    tap_note("%lu ticks in %lu waits, the TSC says %lu", seen, waits, expected);
    OK(seen + 1 >= expected && seen <= expected + 1, "ticks against the TSC");
    struct hv_irq_stats stats = stats_of(HV_VECTOR_PIT);
    IS(stats.raised, ticks + stats.outstanding, "raised is what was told and what is outstanding");
    IS(stats.acknowledged, ticks, "acknowledged is what was told");
}
