/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Drives hv/schedule.c as the hypervisor does, with vCPUs that do what chance tells them, and
 * prints the longest time that vCPU 0 wanted the CPU and did not have it, in STEPS of a tick. For
 * test_waits.py. usage: worst_wait QUANTUM YIELDS TICKS WINDOW…: whether vCPU 0 may yield; a window
 * for each, or 0
 */
#include <stdio.h>
#include <stdlib.h>
#include "hv/bitmap.h"
#include "hv/schedule.h"

#define STEPS 4  /* moments in a tick at which something may happen */
#define CALM  64 /* ticks after which the chances change */

static struct schedule schedule;
static unsigned vcpu_count;
static unsigned yield_chance, wait_chance, wake_chance; /* in 256 */
static uint64_t random_state = 88172645463325252U;

static unsigned next_random(unsigned limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 33) % limit;
}

static bool chance(unsigned in_256)
{
    return next_random(256) < in_256;
}

/* Sometimes all are busy, sometimes most wait. */
static void change_chances(void)
{
    yield_chance = next_random(3) * next_random(96);
    wait_chance = next_random(3) * next_random(96);
    wake_chance = 1 + next_random(256);
}

/* Who runs may give the CPU up; several may do so in a moment. Answers whether vCPU 0 ran. */
static bool run(bool yields)
{
    bool ran = false;

    for (unsigned i = 0; i < 2 * vcpu_count; i++) {
        unsigned id = schedule_pick(&schedule);
        if (id == VCPU_NONE)
            return ran;
        ran |= id == 0;
        if (chance(wait_chance))
            schedule_block(&schedule, id);
        else if ((id != 0 || yields) && chance(yield_chance))
            schedule_yield(&schedule, id);
        else
            return ran;
    }
    return ran;
}

static void wake(void)
{
    uint64_t set = 0;

    for (unsigned id = 0; id < vcpu_count; id++)
        if (!bit_get(schedule.ready, id) && chance(wake_chance))
            set = bit_set(set, id);
    if (set)
        schedule_ready(&schedule, set);
}

/* A tick, as irq_look() has it: whom it wakes, then whose turn it was. */
static void tick(void)
{
    unsigned ran = schedule_pick(&schedule);

    wake();
    schedule_tick(&schedule, ran);
}

static bool wants(void)
{
    return bit_get(schedule.ready, 0) && schedule_pick(&schedule) != 0;
}

static uint32_t number(const char *word)
{
    return (uint32_t)strtoul(word, NULL, 10);
}

int main(int count, char **words)
{
    unsigned long waited = 0, longest = 0;

    if (count < 5)
        return 2;
    bool yields = number(words[2]) != 0;
    uint32_t ticks = number(words[3]);
    schedule_init(&schedule, number(words[1]));
    for (int i = 4; i < count; i++)
        schedule_add(&schedule, vcpu_count++, number(words[i]));
    for (uint32_t at = 0; at < ticks * STEPS; at++) {
        if (at % (CALM * STEPS) == 0)
            change_chances();
        if (at % STEPS == 0)
            tick();
        else
            wake();
        if (run(yields))
            waited = 0;
        wake(); /* an interrupt behind what they did, within the same moment */
        waited = wants() ? waited + 1 : 0;
        longest = waited > longest ? waited : longest;
    }
    printf("%lu\n", longest);
    return 0;
}
