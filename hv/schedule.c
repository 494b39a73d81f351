/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/schedule.h"
#include "hv/bitmap.h"

void schedule_init(struct schedule *schedule, uint32_t quantum)
{
    *schedule = (struct schedule){.quantum = quantum, .turn_left = quantum};
}

void schedule_add(struct schedule *schedule, unsigned id, uint32_t window)
{
    if (window == 0)
        return;
    schedule->owners = bit_set(schedule->owners, id);
    schedule->window[schedule->window_count].owner = (uint8_t)id;
    schedule->window[schedule->window_count].ticks = window;
    if (schedule->window_count++ == 0)
        schedule->window_left = window;
}

/* ---- the queue ------------------------------------------------------------------------------ */

static uint64_t *batch(struct schedule *schedule, unsigned i)
{
    return &schedule->batch[(schedule->first + i) % VCPUS];
}

static unsigned head(const struct schedule *schedule)
{
    return schedule->batches ? bit_first(schedule->batch[schedule->first]) : VCPU_NONE;
}

static void append(struct schedule *schedule, uint64_t set)
{
    if (schedule->batches == 0)
        schedule->turn_left = schedule->quantum;
    *batch(schedule, schedule->batches++) = set;
}

/* Takes the empty batch i out of the ring. */
static void close_gap(struct schedule *schedule, unsigned i)
{
    schedule->batches--;
    if (i == 0) {
        schedule->first = (schedule->first + 1) % VCPUS;
        return;
    }
    for (; i < schedule->batches; i++)
        *batch(schedule, i) = *batch(schedule, i + 1);
}

static void take_out(struct schedule *schedule, unsigned id)
{
    unsigned i = 0;

    if (id == head(schedule))
        schedule->turn_left = schedule->quantum;
    while (!bit_get(*batch(schedule, i), id))
        i++;
    *batch(schedule, i) = bit_clear(*batch(schedule, i), id);
    if (*batch(schedule, i) == 0)
        close_gap(schedule, i);
}

static bool has_window(const struct schedule *schedule, unsigned id)
{
    return bit_get(schedule->owners, id);
}

void schedule_ready(struct schedule *schedule, uint64_t set)
{
    uint64_t queued = set & ~schedule->owners;

    schedule->ready |= set;
    if (queued)
        append(schedule, queued);
}

void schedule_block(struct schedule *schedule, unsigned id)
{
    schedule->ready = bit_clear(schedule->ready, id);
    if (!has_window(schedule, id))
        take_out(schedule, id);
}

static void to_the_end(struct schedule *schedule, unsigned id)
{
    if (schedule->batch[schedule->first] ==
        bit_set(0, id)) { /* alone at the head: the ring turns */
        *batch(schedule, schedule->batches) = bit_set(0, id);
        schedule->first = (schedule->first + 1) % VCPUS;
        schedule->turn_left = schedule->quantum;
        return;
    }
    take_out(schedule, id);
    append(schedule, bit_set(0, id));
}

void schedule_yield(struct schedule *schedule, unsigned id)
{
    if (has_window(schedule, id))
        schedule->given_up = true;
    else
        to_the_end(schedule, id);
}

/* ---- time ----------------------------------------------------------------------------------- */

/* The owner of the window, where it can use it and has not given it up. */
static unsigned window_user(const struct schedule *schedule)
{
    if (schedule->window_count == 0 || schedule->given_up)
        return VCPU_NONE;
    unsigned owner = schedule->window[schedule->window_now].owner;
    return bit_get(schedule->ready, owner) ? owner : VCPU_NONE;
}

unsigned schedule_pick(const struct schedule *schedule)
{
    unsigned user = window_user(schedule);

    return user != VCPU_NONE ? user : head(schedule);
}

/* A tick of vCPU `ran` has passed, which was the queue's head or the owner of the window. */
static bool tick_turn(struct schedule *schedule, unsigned ran)
{
    if (ran == VCPU_NONE || has_window(schedule, ran) || --schedule->turn_left > 0)
        return false;
    to_the_end(schedule, ran);
    return true;
}

static bool tick_window(struct schedule *schedule, unsigned ran)
{
    if (--schedule->window_left > 0)
        return false;
    if (ran == schedule->window[schedule->window_now].owner)
        schedule->overruns[ran]++;
    if (++schedule->window_now == schedule->window_count)
        schedule->window_now = 0;
    schedule->window_left = schedule->window[schedule->window_now].ticks;
    schedule->given_up = false;
    return true;
}

bool schedule_begins(const struct schedule *schedule)
{
    return schedule->window_count > 0 &&
           schedule->window_left == schedule->window[schedule->window_now].ticks;
}

/* Whether the time is that of the queue's head. */
static bool in_queue(const struct schedule *schedule)
{
    return schedule->batches > 0 && window_user(schedule) == VCPU_NONE;
}

uint32_t schedule_quiet(const struct schedule *schedule)
{
    uint32_t quiet = in_queue(schedule) ? schedule->turn_left : SCHEDULE_QUIET_MAX;

    if (schedule->window_count > 0 && schedule->window_left < quiet)
        quiet = schedule->window_left;
    return quiet;
}

void schedule_skip(struct schedule *schedule, uint32_t ticks)
{
    unsigned user = window_user(schedule);

    schedule->ticks[user != VCPU_NONE ? user : head(schedule)] += ticks;
    if (user == VCPU_NONE && schedule->batches > 0)
        schedule->turn_left -= ticks;
    if (schedule->window_count > 0)
        schedule->window_left -= ticks;
}

bool schedule_tick(struct schedule *schedule, unsigned ran)
{
    bool changed = tick_turn(schedule, ran);

    schedule->ticks[ran]++;
    if (schedule->window_count == 0)
        return changed;
    return tick_window(schedule, ran) || changed;
}
