/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/schedule.h"
#include "hv/bitmap.h"

void schedule_init(struct schedule *schedule, uint32_t quantum)
{
    *schedule = (struct schedule){.quantum = quantum, .turn_left = quantum};
    schedule->next[VCPU_NONE] = VCPU_NONE;
    schedule->previous[VCPU_NONE] = VCPU_NONE;
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

static unsigned head(const struct schedule *schedule)
{
    return schedule->next[VCPU_NONE];
}

static void append(struct schedule *schedule, unsigned id)
{
    unsigned tail = schedule->previous[VCPU_NONE];

    if (tail == VCPU_NONE)
        schedule->turn_left = schedule->quantum;
    schedule->next[id] = VCPU_NONE;
    schedule->previous[id] = (uint8_t)tail;
    schedule->next[tail] = (uint8_t)id;
    schedule->previous[VCPU_NONE] = (uint8_t)id;
}

static void take_out(struct schedule *schedule, unsigned id)
{
    if (id == head(schedule))
        schedule->turn_left = schedule->quantum;
    schedule->next[schedule->previous[id]] = schedule->next[id];
    schedule->previous[schedule->next[id]] = schedule->previous[id];
}

static bool has_window(const struct schedule *schedule, unsigned id)
{
    return bit_get(schedule->owners, id);
}

void schedule_ready(struct schedule *schedule, unsigned id)
{
    schedule->ready = bit_set(schedule->ready, id);
    if (!has_window(schedule, id))
        append(schedule, id);
}

void schedule_block(struct schedule *schedule, unsigned id)
{
    schedule->ready = bit_clear(schedule->ready, id);
    if (!has_window(schedule, id))
        take_out(schedule, id);
}

void schedule_yield(struct schedule *schedule, unsigned id)
{
    if (has_window(schedule, id)) {
        schedule->given_up = true;
        return;
    }
    take_out(schedule, id);
    append(schedule, id);
}

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

/* A tick of the queue's head has passed. */
static bool tick_turn(struct schedule *schedule)
{
    unsigned first = head(schedule);

    if (first == VCPU_NONE || --schedule->turn_left > 0)
        return false;
    take_out(schedule, first);
    append(schedule, first);
    return true;
}

static bool tick_window(struct schedule *schedule)
{
    if (--schedule->window_left > 0)
        return false;
    if (++schedule->window_now == schedule->window_count)
        schedule->window_now = 0;
    schedule->window_left = schedule->window[schedule->window_now].ticks;
    schedule->given_up = false;
    return true;
}

bool schedule_tick(struct schedule *schedule)
{
    bool changed = window_user(schedule) == VCPU_NONE && tick_turn(schedule);

    if (schedule->window_count == 0)
        return changed;
    return tick_window(schedule) || changed;
}
