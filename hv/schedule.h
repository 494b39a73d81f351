/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose time it is: round robin among the vCPUs that are ready, and, where windows are given, a
 * cyclic frame before it. Pure: it counts ticks and answers a vCPU's number.
 */
#ifndef HV_SCHEDULE_H
#define HV_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>
#include "hv/route.h"

#define VCPU_NONE VCPUS /* nobody */

struct window {
    uint8_t owner;
    uint32_t ticks;
};

struct schedule {
    uint64_t ready;     /* set of vCPUs that can use the CPU */
    uint64_t owners;    /* set of vCPUs with a window: never in the queue */
    uint32_t quantum;   /* ticks of a turn */
    uint32_t turn_left; /* of the queue's head */
    /* The queue of ready vCPUs without a window: sets, each of those that came at the same moment,
     * the lowest number first; so that one interrupt wakes 64 as fast as one. None is empty. A ring
     * of `batches`, from `first`. */
    uint64_t batch[VCPUS];
    unsigned first;
    unsigned batches;
    unsigned window_count;
    unsigned window_now;
    uint32_t window_left;
    bool given_up; /* the window's owner has yielded the rest of it */
    struct window window[VCPUS];
    uint64_t ticks[VCPUS + 1]; /* in which each has run, and, as the last, nobody */
    uint64_t overruns[VCPUS];  /* windows at whose end the owner still ran */
};

/* Nobody in it. `quantum` in ticks, at least 1. */
void schedule_init(struct schedule *schedule, uint32_t quantum);

/* Adds vCPU `id`, not ready. `window`: its ticks in the cyclic frame, which is in the order of
 * these calls; 0: round robin. */
void schedule_add(struct schedule *schedule, unsigned id, uint32_t window);

/* The vCPUs in `set`, of which none is ready, become so: at the end of the queue, or each for its
 * window. */
void schedule_ready(struct schedule *schedule, uint64_t set);

/* vCPU `id`, which is ready, no longer is. */
void schedule_block(struct schedule *schedule, unsigned id);

/* vCPU `id`, which is ready, gives up the rest of its turn or of its window. */
void schedule_yield(struct schedule *schedule, unsigned id);

/* A tick has passed. `ran` is what schedule_pick() answered before anybody was woken by it: the
 * tick is a part of that one's turn, and of nobody's who came with it. Returns true where
 * schedule_pick() may answer otherwise than before. */
bool schedule_tick(struct schedule *schedule, unsigned ran);

/* Whether a window has begun with the tick that schedule_tick() was last told of. */
bool schedule_begins(const struct schedule *schedule);

/* After how many ticks schedule_tick() may do more than count, if nothing changes before: 1 to
 * SCHEDULE_QUIET_MAX, which is more than any turn or window has. */
#define SCHEDULE_QUIET_MAX ((UINT32_C(1) << 30) - 1)
uint32_t schedule_quiet(const struct schedule *schedule);

/* `ticks` ticks have passed in which nothing could change: fewer than schedule_quiet(). */
void schedule_skip(struct schedule *schedule, uint32_t ticks);

/* The vCPU whose time it is, or VCPU_NONE. */
unsigned schedule_pick(const struct schedule *schedule);

#endif
