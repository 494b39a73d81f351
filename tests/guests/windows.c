/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Line 0 in a cyclic frame: what ticks while the partition is away is counted and told when its
 * window begins. Its window has 2 ticks of 10, so the counts are 9 and 1 in turn.
 *
 * system: windows line=0 window=2
 * system: turns.elf other window=8 -- n=30
 * qemu: icount
 */
#include "guest.h"

static uint64_t counts[64], times[64];
static unsigned upcalls;

static void on_tick(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    if (upcalls < ARRAY_LENGTH(counts)) {
        counts[upcalls] = frame->count;
        times[upcalls++] = rdtsc();
    }
}

void run(void)
{
    on_upcall = on_tick;
    must_register(HV_VECTOR_PIT);
    interrupts_enable();
    while (*(volatile unsigned *)&upcalls < 40)
        ;
    interrupts_disable();
    unsigned start = 10; /* in a steady state */
    while (counts[start] == 1)
        start++;
    uint64_t sum = 0;
    bool pattern = true, punctual = true;
    for (unsigned i = start; i < start + 20; i++) {
        sum += counts[i];
        pattern &= counts[i] == ((i - start) % 2 ? 1 : 9);
        uint64_t expected = times[start] + (sum - counts[start]) * tick_cycles();
        punctual &= times[i] + 5000 > expected && times[i] < expected + 5000;
    }
    OK(pattern, "9 ticks while away, then 1");
    for (unsigned i = start; i < start + 20 && !pattern; i++)
        tap_note("upcall %u: %lu ticks", i, counts[i]);
    IS(sum, 100, "100 ticks in ten frames: none is lost");
    OK(punctual, "each upcall at the tick that its sum of counts says");
}
