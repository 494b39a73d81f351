/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ticks of line 0 against the TSC, counted exactly: every tick is 8254 divisor / 1193182 s. `n`
 * ticks are counted while waiting, spinning, and with interrupts disabled. test_time.py runs it
 * under icount, where a TSC tick is a nanosecond.
 */
#include "guest.h"

static uint64_t ticks, last_tsc, first_tsc, worst_late, worst_early = ~0ul;

/* When the tick number `n` comes, counted from the first, in nanoseconds. */
static uint64_t tick_time(uint64_t n)
{
    return first_tsc + n * PAGE->tick_divisor * 1000000000 / HV_PIT_HZ;
}

static void on_tick(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    last_tsc = rdtsc();
    if (first_tsc == 0) {
        first_tsc = last_tsc;
        ticks = 0;
        return;
    }
    ticks += frame->count;
    uint64_t late = last_tsc - tick_time(ticks) + 1000000;
    worst_late = late > worst_late ? late : worst_late;
    worst_early = late < worst_early ? late : worst_early;
}

static void spin_ticks(uint64_t n)
{
    for (uint64_t goal = ticks + n; *(volatile uint64_t *)&ticks < goal;)
        ;
}

static void wait_ticks(uint64_t n)
{
    for (uint64_t goal = ticks + n; ticks < goal;)
        call(HV_CALL_VCPU_WAIT);
}

static void check_punctual(const char *what)
{
    OK(worst_late < 1000000 + 3000 && worst_early > 1000000 - 3000,
       "%s: each tick came when its number says (%ld to %ld instructions late)", what,
       (long)(worst_early - 1000000), (long)(worst_late - 1000000));
    worst_late = 0;
    worst_early = ~0ul;
}

void run(void)
{
    uint64_t n = argument("n", 100);
    on_upcall = on_tick;
    must_register(HV_VECTOR_PIT);
    interrupts_enable();
    while (first_tsc == 0)
        call(HV_CALL_VCPU_WAIT);
    /* The first upcall may have carried ticks of before: begin again at a tick just come. */
    first_tsc = 0;
    call(HV_CALL_VCPU_WAIT);
    wait_ticks(n);
    check_punctual("waiting");
    spin_ticks(n);
    check_punctual("spinning");
    interrupts_disable();
    uint64_t before = ticks;
    while (rdtsc() < tick_time(before + n) + tick_cycles() / 2)
        ;
    IS(call(HV_CALL_IRQ_ACK, HV_VECTOR_PIT, 0), n, "ticks counted while interrupts were disabled");
    interrupts_enable();
    IS(ticks, before + n, "and told in one upcall");
    worst_late = 0, worst_early = ~0ul;
    wait_ticks(n);
    check_punctual("afterwards");
    interrupts_disable();
    struct hv_irq_stats stats = stats_of(HV_VECTOR_PIT);
    IS(stats.raised, stats.acknowledged + stats.outstanding, "the sums agree");
    OK(stats.raised >= ticks && stats.held == 0, "line 0 is never held");
    uint64_t error =
        PAGE->tsc_hz > 1000000000 ? PAGE->tsc_hz - 1000000000 : 1000000000 - PAGE->tsc_hz;
    OK(error < 5000000, "tsc_hz: %lu, within 0.5 percent", PAGE->tsc_hz);
    IS(PAGE->tick_divisor, argument("divisor", 1193), "tick_divisor");
}
