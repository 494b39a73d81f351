/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two of these give each other the CPU. From one's yield to its return the other has run once
 * through its loop, so that is two switches and the loop's own instructions. trace=1: of a system
 * partition, which traces them.
 */
#include "guest.h"
#include "sequences.h"

#define TURNS 24
#define FIRST 8 /* from here on both are in their loops */

void run(void)
{
    uint32_t turns[TURNS];
    uint64_t figures[SAMPLES];
    call(HV_CALL_SYSTEM_TRACE, argument("trace", HV_TRACE_OFF));
    give_turns(turns, TURNS);
    for (unsigned i = 0; i < SAMPLES; i++)
        figures[i] = turns[FIRST + i] - TURN_OWN - TURN_BETWEEN;
    OK(figures[0] == figures[SAMPLES - 1], "each turn costs the same");
    say(FIGURES_FORMAT, "two-switches", FIGURES(figures));
}
