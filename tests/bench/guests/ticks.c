/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a tick of line 0 costs whom it interrupts, by what he has registered, and how soon he is
 * told. The runner takes the median of a line's figures: a tick that ends a turn has more to do,
 * and one may come outside of the sequence that is looked at. All is said at the end, so that the
 * console has nothing to do meanwhile.
 */
#include "guest.h"
#include "sequences.h"

static void as_is(void)
{
}

static void acknowledge(void)
{
    call(HV_CALL_IRQ_ACK, HV_VECTOR_PIT, call(HV_CALL_IRQ_ACK, HV_VECTOR_PIT, 0));
}

static void measure_gaps(uint64_t figures[SAMPLES], void (*before)(void))
{
    for (unsigned i = 0; i < SAMPLES; i++) {
        before();
        figures[i] = gap_cost();
    }
}

/* Waits for a tick that comes among the nops; answers the TSC at it, which follows from the last
 * look and from RIP. */
static uint32_t tick_in_sled(void)
{
    for (;;) {
        noted_tsc = 0;
        uint32_t looked = sled();
        if (noted_rip >= (uint64_t)sled_nops && noted_rip <= (uint64_t)sled_end)
            return looked + SLED_LOOK + (uint32_t)(noted_rip - (uint64_t)sled_nops);
    }
}

static void measure_entry(uint64_t figures[SAMPLES])
{
    for (unsigned i = 0; i < SAMPLES; i++) {
        uint32_t tick = tick_in_sled();
        figures[i] = noted_tsc - NOTE_BEFORE - tick;
    }
}

/* From the tick before, which came among the nops, to the entry of one that comes while nobody has
 * anything to do: a period more than the cost. That is the least of the figures, since a period is
 * no whole number of instructions. */
static void measure_idle(uint64_t figures[SAMPLES])
{
    for (unsigned i = 0; i < SAMPLES; i++) {
        uint32_t tick = tick_in_sled();
        call(HV_CALL_VCPU_WAIT);
        figures[i] = noted_tsc - NOTE_BEFORE - tick - (uint32_t)tick_cycles();
    }
}

static void enter_at(const char *entry)
{
    call(HV_CALL_IRQ_UNREGISTER, HV_VECTOR_PIT);
    call(HV_CALL_IRQ_REGISTER, HV_VECTOR_PIT, entry);
    interrupts_enable();
}

static uint64_t unregistered[SAMPLES], disabled[SAMPLES], outstanding[SAMPLES], trip[SAMPLES],
    entry[SAMPLES], idle[SAMPLES];

void run(void)
{
    measure_gaps(unregistered, as_is);
    call(HV_CALL_IRQ_REGISTER, HV_VECTOR_PIT, empty_entry);
    measure_gaps(disabled, acknowledge);
    measure_gaps(outstanding, as_is);
    enter_at(empty_entry);
    measure_gaps(trip, as_is);
    enter_at(noting_entry);
    measure_entry(entry);
    measure_idle(idle);
    interrupts_disable();
    OK(stats_of(HV_VECTOR_PIT).upcalls >= 3 * SAMPLES, "each was told");
    say(FIGURES_FORMAT, "tick-unregistered", FIGURES(unregistered));
    say(FIGURES_FORMAT, "tick-disabled", FIGURES(disabled));
    say(FIGURES_FORMAT, "tick-outstanding", FIGURES(outstanding));
    say(FIGURES_FORMAT, "trip-assembly", FIGURES(trip));
    say(FIGURES_FORMAT, "tick-entry", FIGURES(entry));
    say(FIGURES_FORMAT, "idle-entry", FIGURES(idle));
}
