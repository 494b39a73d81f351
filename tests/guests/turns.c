/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks at the TSC all the time and says when it had the CPU: a line `turn START END` for each of
 * `n` turns, in TSC ticks, after a `skip` of some. A gap of more than 20 µs ends a turn. With
 * `yield=N` it gives up each turn N µs after its start; with `idle=N` it sleeps so many ticks.
 */
#include "guest.h"

#define TURNS 64

static uint64_t starts[TURNS], ends[TURNS];

static void ignore(struct hv_upcall *frame, struct registers *entry)
{
    (void)frame;
    (void)entry;
}

/* Runs until the turn ends. Answers when it did; *next is when the next began. */
static uint64_t turn_end(uint64_t *next, uint64_t yield_at)
{
    uint64_t gap = PAGE->tsc_hz / 50000;
    uint64_t last = rdtsc();
    for (;;) {
        uint64_t now = rdtsc();
        if (now - last > gap) {
            *next = now;
            return last;
        }
        last = now;
        if (now > yield_at)
            call(HV_CALL_VCPU_YIELD);
    }
}

static uint64_t yield_time(uint64_t start)
{
    uint64_t after = argument("yield", 0);
    return after ? start + after * PAGE->tsc_hz / 1000000 : ~0ul;
}

void run(void)
{
    uint64_t count = argument("n", 8), skip = argument("skip", 2), next;
    on_upcall = ignore;
    turn_end(&next, yield_time(rdtsc()));
    for (uint64_t i = 0; i < count + skip; i++) {
        uint64_t start = next;
        uint64_t end = turn_end(&next, yield_time(start));
        if (i >= skip && i - skip < TURNS) {
            starts[i - skip] = start;
            ends[i - skip] = end;
        }
    }
    /* The others' turns are not to be disturbed by this one's end. */
    for (uint64_t end = rdtsc() + argument("linger", 0) * (PAGE->tsc_hz / 1000); rdtsc() < end;)
        ;
    for (uint64_t i = 0; i < count; i++)
        say("turn %lu %lu", starts[i], ends[i]);
    OK(true, "%lu turns", count);
}
