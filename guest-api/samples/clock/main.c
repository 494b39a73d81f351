/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints each second the time since its start, and how many ticks of the PIT its upcalls carried.
 * While another partition has the CPU, ticks are counted for this one; the next upcall brings them
 * all. Argument: seconds=N ends it after N; without, it never ends.
 */
#include <stdbool.h>
#include "belfry/hv.h"

struct tally {
    uint64_t ticks;
    uint64_t upcalls;
    uint64_t largest; /* ticks in one upcall */
};

static struct tally second; /* since the last line */
static uint64_t ticks;      /* since the start */

static void on_tick(const struct hv_upcall *upcall, void *context)
{
    (void)context;
    ticks += upcall->count;
    second.ticks += upcall->count;
    second.upcalls++;
    if (upcall->count > second.largest)
        second.largest = upcall->count;
}

static uint64_t seconds(void)
{
    return ticks * hv_page()->tick_divisor / HV_PIT_HZ;
}

/* Waits until `until` seconds have passed since the start, and takes what was tallied. Interrupts
 * are disabled between each look at the time and the wait; VCPU_WAIT enables them. */
static struct tally wait_until(uint64_t until)
{
    hv_irq_disable();
    while (seconds() < until) {
        hv_call_vcpu_wait();
        hv_irq_disable();
    }
    struct tally taken = second;
    second = (struct tally){0};
    hv_irq_enable();
    return taken;
}

static void print(uint64_t time, const struct tally *tally)
{
    hv_printf("%02lu:%02lu:%02lu  %lu ticks in %lu upcalls, at most %lu in one\n", time / 3600,
              time / 60 % 60, time % 60, tally->ticks, tally->upcalls, tally->largest);
}

/* Compares the ticks that came here with the hypervisor's books. */
static bool none_lost(void)
{
    struct hv_irq_stats stats = {0};

    hv_irq_disable();
    hv_call_irq_stats(HV_VECTOR_PIT, &stats, sizeof(stats));
    hv_printf("raised %lu, acknowledged %lu, outstanding %lu; %lu came here\n", stats.raised,
              stats.acknowledged, stats.outstanding, ticks);
    return stats.acknowledged == ticks && stats.raised == ticks + stats.outstanding;
}

int main(void)
{
    uint64_t last = hv_arg("seconds", UINT64_MAX);
    int64_t status = hv_irq_register(HV_VECTOR_PIT, on_tick, NULL);
    if (status < 0) {
        hv_printf("vector %u: status %ld; expected the grant line=0\n", HV_VECTOR_PIT, status);
        return 1;
    }

    for (uint64_t time = 1; time <= last; time++) {
        struct tally tally = wait_until(time);
        print(time, &tally);
    }
    return none_lost() ? 0 : 1;
}
