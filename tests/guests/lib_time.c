/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library's time. Under icount, so that a nanosecond is an instruction.
 *
 * system: lib_time line=0
 * qemu: icount
 */
#include "belfry/hv.h"
#include "belfry/time.h"
#include "tap.h"

enum { MS = 1000000, INEXACT = 5000 }; /* instructions for a look at the time, or an upcall */

static volatile uint64_t ticks, upcalls;

static void on_tick(const struct hv_upcall *upcall, void *context)
{
    (void)context;
    ticks += upcall->count;
    upcalls++;
}

static uint64_t slept(uint64_t ns)
{
    uint64_t before = hv_time_ns();

    hv_sleep_ns(ns);
    return hv_time_ns() - before;
}

static void check_exact(uint64_t took, uint64_t expected, const char *what)
{
    OK(took >= expected - INEXACT && took <= expected + INEXACT, "%s: %lu ns, expected %lu", what,
       took, expected);
}

static void check_conversion(void)
{
    uint64_t hz = hv_page()->tsc_hz;

    IS(hv_tsc_to_ns(hz), HV_NS_PER_S, "as many ticks as a second has");
    IS(hv_ns_to_tsc(HV_NS_PER_S), hz, "and back");
    OK(hv_tsc_to_ns(hz * 3600) - 3600 * HV_NS_PER_S == 0, "an hour of them does not overflow");
    IS(hv_ns_to_tsc(UINT64_MAX) / hz, hz > HV_NS_PER_S ? UINT64_MAX / hz : UINT64_MAX / HV_NS_PER_S,
       "nor what fits no longer");
    uint64_t early = hv_time_ns(), ns = hv_tsc_to_ns(hv_tsc()), late = hv_time_ns();
    OK(early <= ns && ns <= late, "the time is the TSC's");
}

static void check_spinning(void)
{
    uint64_t before = ticks;

    check_exact(slept(3 * MS), 3 * MS, "with interrupts disabled it spins");
    IS(ticks, before, "and no upcall comes");
    IS(hv_page()->irq_disabled, 1, "nor are they enabled then");
    OK(slept(0) < 3 * MS && slept(1) >= 1, "0 and 1 ns");
}

static void check_waiting(void)
{
    hv_irq_enable();
    uint64_t before = upcalls;
    check_exact(slept(20 * MS), 20 * MS, "with interrupts enabled it waits");
    OK(upcalls - before >= 19, "and upcalls come meanwhile");
    hv_irq_disable();
}

/* By the hypervisor's ticks, of which a second has HV_PIT_HZ / tick_divisor. */
static void check_against_pit(void)
{
    hv_irq_enable();
    hv_call_vcpu_wait();
    uint64_t before = ticks, start = hv_time_ns();
    while (ticks - before < 100)
        hv_call_vcpu_wait();
    uint64_t took = hv_time_ns() - start;
    hv_irq_disable();
    check_exact(took, 100 * hv_page()->tick_divisor * HV_NS_PER_S / HV_PIT_HZ, "100 ticks");
}

int main(void)
{
    check_conversion();
    IS(hv_irq_register(HV_VECTOR_PIT, on_tick, NULL), 0, "the timer");
    check_spinning();
    check_waiting();
    check_against_pit();
    tap_done();
}
