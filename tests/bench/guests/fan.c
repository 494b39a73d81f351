/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a tick costs whom it interrupts, by how many others have line 0 registered and what they do.
 * `role`: 0 measures; 1 is ready and acknowledges what came, each time it runs; 2 is ready and
 * never acknowledges; 3 waits for each tick; 4 is ready and has nothing registered. The others end
 * `ms` milliseconds after power-on.
 */
#include "guest.h"
#include "sequences.h"

enum role { MEASURES, ACKNOWLEDGES, IGNORES, WAITS, HAS_NOTHING };

static void acknowledge(void)
{
    call(HV_CALL_IRQ_ACK, HV_VECTOR_PIT, call(HV_CALL_IRQ_ACK, HV_VECTOR_PIT, 0));
}

/* All others run once between two samples. */
static void measure(void)
{
    uint64_t figures[SAMPLES];
    for (unsigned i = 0; i < SAMPLES; i++) {
        acknowledge();
        call(HV_CALL_VCPU_YIELD);
        figures[i] = gap_cost();
    }
    say(FIGURES_FORMAT, "tick", FIGURES(figures));
    OK(stats_of(HV_VECTOR_PIT).raised >= SAMPLES, "each was counted");
}

void run(void)
{
    uint64_t role = argument("role", MEASURES), end = argument("ms", 30) * 1000000;
    if (role != HAS_NOTHING)
        call(HV_CALL_IRQ_REGISTER, HV_VECTOR_PIT, empty_entry);
    if (role == MEASURES) {
        measure();
        return;
    }
    while (rdtsc() < end) {
        if (role == ACKNOWLEDGES)
            acknowledge();
        call(role == WAITS ? HV_CALL_VCPU_WAIT : HV_CALL_VCPU_YIELD);
    }
    call(HV_CALL_PARTITION_EXIT, 0);
}
