/* SPDX-License-Identifier: BSD-2-Clause */
/* The schedule against a naive one, and against what it promises: windows do not overlap, nobody is
 * late, nobody starves. */
#include <string.h>
#include "fuzz.h"
#include "hv/schedule.h"
#include "model_schedule.h"

static struct schedule schedule;
static struct model_schedule model;
static unsigned members; /* vCPUs without a window */

/* Ticks of the queue's time that each has waited, ready and without a turn. */
static uint64_t waited[VCPUS];

static void set_up(struct input *input)
{
    uint32_t quantum = 1 + input_byte(input) % 20;
    unsigned count = input_below(input, VCPUS + 1), with_window = input_byte(input);

    schedule_init(&schedule, quantum);
    model_schedule_init(&model, quantum);
    memset(waited, 0, sizeof(waited));
    members = 0;
    for (unsigned id = 0; id < count; id++) {
        uint32_t window = id % 8 < with_window % 9 ? 1 + input_byte(input) % 12 : 0;
        schedule_add(&schedule, id, window);
        model_schedule_add(&model, id, window);
        members += window == 0;
    }
    for (unsigned id = count; id < VCPUS; id++)
        model.window[id] = UINT32_MAX; /* no such vCPU: never made ready */
}

static bool exists(unsigned id)
{
    return model.window[id] != UINT32_MAX;
}

static void do_ready(uint64_t wanted)
{
    uint64_t set = 0;

    for (unsigned id = 0; id < VCPUS; id++) {
        if (!(wanted >> id & 1) || !exists(id) || model.ready[id])
            continue;
        set |= (uint64_t)1 << id;
        waited[id] = 0;
        model_schedule_ready(&model, id);
    }
    schedule_ready(&schedule, set);
}

static void do_block(unsigned id)
{
    if (!model.ready[id])
        return;
    schedule_block(&schedule, id);
    model_schedule_block(&model, id);
}

/* Only who runs can yield. */
static void do_yield(void)
{
    unsigned id = schedule_pick(&schedule);

    if (id == VCPU_NONE)
        return;
    waited[id] = 0;
    schedule_yield(&schedule, id);
    model_schedule_yield(&model, id);
}

/* A tick that is the queue's: whoever is in it and does not run waits, but for no longer than
 * everybody else has a turn. */
static void count_waiting(unsigned running)
{
    for (unsigned id = 0; id < VCPUS; id++) {
        if (!model.ready[id] || model.window[id] > 0)
            continue;
        waited[id] = id == running ? 0 : waited[id] + 1;
        expect(waited[id] <= (uint64_t)(members - 1) * model.quantum);
    }
}

/* A tick that wakes `woken`: it belongs to who ran before that. */
static void do_tick(uint64_t woken)
{
    unsigned ran = schedule_pick(&schedule);

    if (ran != VCPU_NONE && model.window[ran] == 0)
        count_waiting(ran);
    do_ready(woken);
    unsigned before = schedule_pick(&schedule);
    bool changed = schedule_tick(&schedule, ran);
    model_schedule_tick(&model, ran);
    expect(changed || schedule_pick(&schedule) == before);
}

static void expect_same(void)
{
    unsigned pick = schedule_pick(&schedule);

    expect(pick == model_schedule_pick(&model));
    if (pick != VCPU_NONE) {
        expect(model.ready[pick]);
        expect(model.window[pick] == 0 || pick == model_schedule_owner(&model));
    }
    for (unsigned id = 0; id < VCPUS; id++)
        expect((schedule.ready >> id & 1) == model.ready[id]);
}

static void step(struct input *input)
{
    unsigned operation = input_byte(input);

    switch (operation % 8) {
    case 0:
        do_ready((uint64_t)1 << operation / 8);
        return;
    case 1:
        do_ready(input_word(input));
        return;
    case 2:
        do_block(operation / 8);
        return;
    case 3:
        do_block(32 + operation / 8);
        return;
    case 4:
        do_yield();
        return;
    case 5:
        if (schedule_pick(&schedule) != VCPU_NONE)
            do_block(schedule_pick(&schedule));
        return;
    case 6:
        do_tick(input_word(input));
        return;
    default:
        for (unsigned ticks = operation / 8; ticks > 0; ticks--) {
            do_tick(0);
            expect_same();
        }
        do_tick(0);
        return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = input_expanded(data, size);

    set_up(&input);
    while (input_left(&input)) {
        step(&input);
        expect_same();
    }
    return 0;
}
