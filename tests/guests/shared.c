/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Line 0 is shared by any number: each counts every tick for itself, also while it is masked, and
 * gets it back when another has unregistered.
 *
 * system: a line=0
 * system: b line=0
 * system: c line=0
 * system: steady.elf d line=0 -- ms=300
 * qemu: icount
 */
#include "guest.h"

static uint64_t ticks;

static void count(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    ticks += frame->count;
}

static void round_of_ticks(unsigned round)
{
    must_register(HV_VECTOR_PIT);
    uint64_t start = rdtsc(), raised = stats_of(HV_VECTOR_PIT).raised;
    if (round == 1)
        call(HV_CALL_IRQ_MASK, HV_VECTOR_PIT);
    interrupts_enable();
    spin_us(50000 + 20000 * PAGE->partition_id);
    call(HV_CALL_IRQ_UNMASK, HV_VECTOR_PIT);
    uint64_t expected = (rdtsc() - start) / tick_cycles();
    uint64_t seen = stats_of(HV_VECTOR_PIT).raised - raised;
    interrupts_disable();
    OK(seen + 1 >= expected && seen <= expected + 2, "round %u: %lu ticks, the TSC says %lu", round,
       seen, expected);
    call(HV_CALL_IRQ_UNREGISTER, HV_VECTOR_PIT);
}

void run(void)
{
    on_upcall = count;
    for (unsigned round = 0; round < 4; round++)
        round_of_ticks(round);
    struct hv_irq_stats stats = stats_of(HV_VECTOR_PIT);
    IS(stats.acknowledged, ticks, "acknowledged is what the upcalls told");
    IS(stats.raised, stats.acknowledged + stats.discarded, "and the rest was discarded");
}
