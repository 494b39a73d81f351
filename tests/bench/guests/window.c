/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two of these have windows of one tick each. Each says when it lost the CPU and when it had it
 * back, to an instruction at best: a round of its loop at worst.
 */
#include "guest.h"
#include "sequences.h"

#define TURNS 100

static struct gap turns[TURNS];

/* A few instructions, so that the tick does not come at the same places of the two loops each turn.
 */
static void dawdle(unsigned rounds)
{
    for (volatile unsigned i = 0; i < rounds; i++)
        ;
}

void run(void)
{
    for (unsigned i = 0; i < TURNS; i++) {
        dawdle(PAGE->partition_id ? i % 13 : i % 16);
        turns[i] = gap();
    }
    for (unsigned i = 0; i < TURNS; i++)
        say("turn %u %u", turns[i].lost, turns[i].back);
    OK(turns[0].lost < turns[TURNS - 1].lost, "%u turns", TURNS);
}
