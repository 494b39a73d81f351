/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The schedule: any calls in any order, with several numbers of windows in turn, since Eva does not
 * remember that the window of now is one of as many as there are.
 */
#include "hv/schedule.h"
#include "any.h"
#include "hv/compiler.h"

static struct schedule schedule;

static void operate(unsigned id)
{
    switch (any_of(0, 6)) {
    case 0:
        schedule_ready(&schedule, any);
        break;
    case 1:
        schedule_block(&schedule, id);
        break;
    case 2:
        schedule_yield(&schedule, id);
        break;
    case 3:
        schedule_tick(&schedule, (unsigned)any_of(0, VCPU_NONE));
        break;
    case 4:
        schedule_quiet(&schedule);
        break;
    case 5:
        schedule_skip(&schedule, (uint32_t)any);
        break;
    default:
        schedule_pick(&schedule);
        break;
    }
}

/* The last `windows` vCPUs have one. */
static void add(unsigned windows)
{
    schedule_init(&schedule, (uint32_t)any);
    for (unsigned id = 0; id < VCPUS; id++)
        schedule_add(&schedule, id, id < VCPUS - windows ? 0 : (uint32_t)any_of(1, UINT32_MAX));
}

/* Where the queue begins, and which window it is, is anything from the start: the sooner Eva has
 * all of it. */
static void operate_with(unsigned windows)
{
    add(windows);
    for (unsigned i = 0; i < VCPUS; i++)
        schedule.batch[i] = any;
    schedule.first = (unsigned)any_of(0, VCPUS - 1);
    schedule.batches = (unsigned)any;
    if (windows > 0)
        schedule.window_now = (unsigned)any_of(0, windows - 1);
    while (any_bool())
        operate((unsigned)any_of(0, VCPUS - 1));
}

void eva_schedule(void)
{
    static const unsigned windows[] = {0, 1, 2, 3, VCPUS / 2, VCPUS - 1, VCPUS};

    for (unsigned i = 0; i < ARRAY_LENGTH(windows); i++)
        operate_with(windows[i]);
}
