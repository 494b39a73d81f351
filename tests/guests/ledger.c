/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stats of line 0 against witnesses of the guest's own: raised against the TSC, acknowledged
 * against the sum of what it acknowledged, discarded against the sum of what IRQ_UNREGISTER
 * answered, upcalls against those that were made. Registered and unregistered between ticks, so
 * that the TSC says how many ticks came meanwhile.
 *
 * system: ledger line=0
 * hv: hz=10000
 * qemu: icount
 */
#include "guest.h"

#define NS_PER_S 1000000000ul

static uint64_t told, upcalls, anchor;
static volatile uint64_t last_look;

static void on_tick(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    if (anchor == 0)
        anchor = last_look;
    told += frame->count;
    upcalls++;
}

/* Half-ticks since the anchor, which is a tick: an odd number lies between two. */
static uint64_t half_ticks(void)
{
    return (rdtsc() - anchor) * HV_PIT_HZ / (PAGE->tick_divisor * (NS_PER_S / 2));
}

/* Answers how many ticks there were when it was well between two of them, `ticks` later at least.
 */
static uint64_t pass(uint64_t ticks)
{
    uint64_t goal = (half_ticks() / 2 + ticks) * 2 + 1;
    while (half_ticks() < goal)
        ;
    return half_ticks() / 2;
}

/* The TSC at a tick, to some 10 instructions. */
static void find_tick(void)
{
    must_register(HV_VECTOR_PIT);
    interrupts_enable();
    while (*(volatile uint64_t *)&anchor == 0)
        last_look = rdtsc();
    interrupts_disable();
    pass(1);
}

static uint64_t raised, acknowledged, discarded;

/* One registration: `ticks` ticks come, of which `polled` are acknowledged by IRQ_ACK, and all
 * others so far by an upcall where `enable` says so; then `more` come, which are discarded. */
static bool round(uint64_t ticks, uint64_t polled, bool enable, uint64_t more)
{
    uint64_t before = pass(1);
    if (call(HV_CALL_IRQ_REGISTER, HV_VECTOR_PIT, upcall_entry) != 0)
        return false;
    uint64_t middle = pass(ticks);
    if (call(HV_CALL_IRQ_ACK, HV_VECTOR_PIT, polled) != (int64_t)(middle - before - polled))
        return false;
    acknowledged += polled;
    if (enable)
        interrupts_enable();
    interrupts_disable();
    uint64_t after = pass(more);
    int64_t answer = call(HV_CALL_IRQ_UNREGISTER, HV_VECTOR_PIT);
    raised += after - before;
    discarded += (uint64_t)answer;
    return answer == (int64_t)(after - (enable ? middle : before + polled));
}

void run(void)
{
    on_upcall = on_tick;
    find_tick();
    int64_t first = call(HV_CALL_IRQ_UNREGISTER, HV_VECTOR_PIT);
    discarded = (uint64_t)first;
    raised = told + discarded;
    unsigned bad = 0;
    for (uint64_t i = 0; i < 200; i++) {
        uint64_t ticks = i % 7, polled = ticks ? i % ticks : 0;
        bad += !round(ticks, polled, i % 3 == 0, i % 5);
    }
    IS(bad, 0, "200 registrations: each time IRQ_ACK and IRQ_UNREGISTER answer what the TSC says");
    struct hv_irq_stats stats = stats_of(HV_VECTOR_PIT);
    IS(stats.raised, raised, "raised: the TSC");
    IS(stats.acknowledged, told + acknowledged, "acknowledged: upcalls told %lu, IRQ_ACK %lu", told,
       acknowledged);
    IS(stats.discarded, discarded, "discarded: what IRQ_UNREGISTER answered");
    IS(stats.upcalls, upcalls, "upcalls");
    IS(stats.outstanding, 0, "nothing is outstanding");
}
