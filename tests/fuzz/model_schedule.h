/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference model of the schedule: a list of numbers, and the cyclic frame worked out anew from
 * the number of ticks that have passed. What windows and turns are is written in docs/internals.md.
 */
#ifndef MODEL_SCHEDULE_H
#define MODEL_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>
#include "hv/schedule.h"

struct model_schedule {
    uint64_t now; /* ticks */
    uint32_t quantum;
    bool ready[VCPUS];
    uint32_t window[VCPUS]; /* by owner: its ticks, or 0 */
    unsigned owners[VCPUS], window_count;
    unsigned queue[VCPUS], length; /* those that are ready and have no window */
    uint32_t turn;                 /* ticks that the first of the queue has had */
    uint64_t given_up;             /* the number of the window that was given up, counted from 1 */
};

void model_schedule_init(struct model_schedule *model, uint32_t quantum);
void model_schedule_add(struct model_schedule *model, unsigned id, uint32_t window);

void model_schedule_ready(struct model_schedule *model, unsigned id);
void model_schedule_block(struct model_schedule *model, unsigned id);
void model_schedule_yield(struct model_schedule *model, unsigned id);
/* A tick has passed, which was a part of the turn of `ran`: who ran before anybody woke with it. */
void model_schedule_tick(struct model_schedule *model, unsigned ran);

/* Whose window it is, whether he can use it or not, or VCPU_NONE. */
unsigned model_schedule_owner(const struct model_schedule *model);

/* Whose time it is, or VCPU_NONE. */
unsigned model_schedule_pick(const struct model_schedule *model);

#endif
