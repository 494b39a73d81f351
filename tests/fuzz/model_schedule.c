/* SPDX-License-Identifier: BSD-2-Clause */
#include "model_schedule.h"
#include "fuzz.h"

void model_schedule_init(struct model_schedule *model, uint32_t quantum)
{
    *model = (struct model_schedule){.quantum = quantum};
}

void model_schedule_add(struct model_schedule *model, unsigned id, uint32_t window)
{
    model->window[id] = window;
    if (window > 0)
        model->owners[model->window_count++] = id;
}

static uint64_t frame_length(const struct model_schedule *model)
{
    uint64_t ticks = 0;

    for (unsigned i = 0; i < model->window_count; i++)
        ticks += model->window[model->owners[i]];
    return ticks;
}

/* The window of now, counted in its frame. */
static unsigned window_index(const struct model_schedule *model)
{
    uint64_t left = model->now % frame_length(model);
    unsigned i = 0;

    for (; left >= model->window[model->owners[i]]; i++)
        left -= model->window[model->owners[i]];
    return i;
}

/* The window of now, counted from the start, from 1. */
static uint64_t window_number(const struct model_schedule *model)
{
    return model->now / frame_length(model) * model->window_count + window_index(model) + 1;
}

unsigned model_schedule_owner(const struct model_schedule *model)
{
    return model->window_count > 0 ? model->owners[window_index(model)] : VCPU_NONE;
}

static void enqueue(struct model_schedule *model, unsigned id)
{
    if (model->length == 0)
        model->turn = 0;
    model->queue[model->length++] = id;
}

static void dequeue(struct model_schedule *model, unsigned id)
{
    unsigned i = 0;

    while (model->queue[i] != id)
        i++;
    if (i == 0)
        model->turn = 0;
    model->length--;
    for (; i < model->length; i++)
        model->queue[i] = model->queue[i + 1];
}

void model_schedule_ready(struct model_schedule *model, unsigned id)
{
    model->ready[id] = true;
    if (model->window[id] == 0)
        enqueue(model, id);
}

void model_schedule_block(struct model_schedule *model, unsigned id)
{
    model->ready[id] = false;
    if (model->window[id] == 0)
        dequeue(model, id);
}

void model_schedule_yield(struct model_schedule *model, unsigned id)
{
    if (model->window[id] > 0) {
        model->given_up = window_number(model);
        return;
    }
    dequeue(model, id);
    enqueue(model, id);
}

unsigned model_schedule_pick(const struct model_schedule *model)
{
    unsigned owner = model_schedule_owner(model);

    if (owner != VCPU_NONE && model->ready[owner] && model->given_up != window_number(model))
        return owner;
    return model->length > 0 ? model->queue[0] : VCPU_NONE;
}

void model_schedule_tick(struct model_schedule *model, unsigned ran)
{
    model->now++;
    if (ran == VCPU_NONE || model->window[ran] > 0)
        return;
    if (++model->turn == model->quantum) {
        dequeue(model, ran);
        enqueue(model, ran);
    }
}
