/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A load for lab 3. Jobs are released by the timer, at least `period=` ticks apart, and each takes
 * the CPU for `work=` microseconds: says in the end how many were done, how many of them later than
 * `deadline=` ticks after their release, and the most that one took. With no period it never waits.
 * Runs for `ticks=`.
 *
 * To be run with QEMU's -icount shift=0 alone, where an instruction takes a nanosecond.
 */
#include "belfry/hv.h"

enum { SHIFTS = 7 }; /* jobs drift through the frame, so that the worst place in it is met */

static uint64_t ticks; /* as told */

static void on_tick(const struct hv_upcall *upcall, void *context)
{
    (void)context;
    ticks += upcall->count;
}

/* Ticks that were, told or not. */
static uint64_t now(void)
{
    struct hv_irq_stats stats = {0};

    hv_call_irq_stats(HV_VECTOR_PIT, &stats, sizeof(stats));
    return stats.raised;
}

static void wait_until(uint64_t tick)
{
    hv_irq_disable();
    while (ticks < tick) {
        hv_call_vcpu_wait();
        hv_irq_disable();
    }
    hv_irq_enable();
}

/* Two instructions for each two nanoseconds. */
static void work(uint64_t us)
{
    uint64_t rounds = us * 1000 / 2;

    __asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(rounds) : : "cc");
}

static void do_jobs(uint64_t period, uint64_t end)
{
    uint64_t us = hv_arg("work", 1000), deadline = hv_arg("deadline", period);
    uint64_t jobs = 0, late = 0, longest = 0;

    for (uint64_t release = period; release < end; release += period + jobs % SHIFTS) {
        wait_until(release);
        work(us);
        uint64_t took = now() - release; /* whole ticks, and a part of one more */
        jobs++;
        late += took >= deadline;
        longest = took > longest ? took : longest;
    }
    hv_printf("%lu jobs, %lu late, the longest took between %lu and %lu ticks\n", jobs, late,
              longest, longest + 1);
}

int main(void)
{
    uint64_t period = hv_arg("period", 0), end = hv_arg("ticks", 1000);

    hv_irq_register(HV_VECTOR_PIT, on_tick, NULL);
    if (period > 0)
        do_jobs(period, end);
    else
        while (now() < end)
            work(100);
    return 0;
}
