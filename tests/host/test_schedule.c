/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose time it is, against a naive model: a list of numbers, shifted by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "hv/bitmap.h"
#include "hv/schedule.h"

#define QUANTUM 3

static struct schedule schedule;

static int set_up(void **state)
{
    (void)state;
    schedule_init(&schedule, QUANTUM);
    return 0;
}

static void ready(unsigned id)
{
    schedule_ready(&schedule, bit_set(0, id));
}

static void add(unsigned id, uint32_t window)
{
    schedule_add(&schedule, id, window);
    ready(id);
}

/* A tick that wakes nobody. */
static bool tick(void)
{
    return schedule_tick(&schedule, schedule_pick(&schedule));
}

static void assert_runs(unsigned id, unsigned ticks)
{
    for (; ticks > 0; ticks--) {
        assert_int_equal(schedule_pick(&schedule), id);
        tick();
    }
}

/* ---- round robin ---- */

static void nobody_at_first(void **state)
{
    (void)state;
    assert_runs(VCPU_NONE, 10);
}

static void a_turn_is_a_quantum(void **state)
{
    (void)state;
    for (unsigned id = 0; id < 3; id++)
        add(id, 0);
    for (unsigned i = 0; i < 7; i++)
        assert_runs(i % 3, QUANTUM);
}

static void tick_says_when_it_changes(void **state)
{
    (void)state;
    add(0, 0);
    add(1, 0);
    for (unsigned ticks = 1; ticks < 20; ticks++)
        assert_int_equal(tick(), ticks % QUANTUM == 0);
}

/* All but the last tick of a turn or of a window can be skipped, and change nothing. */
static void quiet_until_it_may_change(void **state)
{
    (void)state;
    assert_int_equal(schedule_quiet(&schedule), SCHEDULE_QUIET_MAX);
    add(0, 0);
    assert_int_equal(schedule_quiet(&schedule), QUANTUM);
    schedule_skip(&schedule, QUANTUM - 1);
    assert_int_equal(schedule_quiet(&schedule), 1);
    assert_true(tick());
    add(1, 3);
    assert_int_equal(schedule_quiet(&schedule), 3);
    schedule_skip(&schedule, 2);
    assert_int_equal(schedule_pick(&schedule), 1);
    assert_true(tick());
    schedule_block(&schedule, 1);
    assert_int_equal(schedule_quiet(&schedule), 3);
    schedule_skip(&schedule, 2); /* in the turn of the queue's head, too */
    assert_true(tick());
    assert_int_equal(schedule.turn_left, QUANTUM > 3 ? QUANTUM - 3 : QUANTUM);
}

static void yield_gives_up_the_rest(void **state)
{
    (void)state;
    add(0, 0);
    add(1, 0);
    assert_runs(0, 1);
    schedule_yield(&schedule, 0);
    assert_runs(1, QUANTUM);
    assert_runs(0, QUANTUM);
}

static void block_gives_up_the_rest(void **state)
{
    (void)state;
    add(0, 0);
    add(1, 0);
    assert_runs(0, 2);
    schedule_block(&schedule, 0);
    assert_runs(1, QUANTUM + 1);
    ready(0);
    assert_runs(1, QUANTUM - 1);
    assert_runs(0, QUANTUM);
}

static void who_comes_after_nobody_has_a_whole_turn(void **state)
{
    (void)state;
    add(0, 0);
    assert_runs(0, 1);
    schedule_block(&schedule, 0);
    assert_runs(VCPU_NONE, 5);
    ready(0);
    add(1, 0);
    assert_runs(0, QUANTUM);
    assert_runs(1, QUANTUM);
}

static void woken_together_the_lowest_first(void **state)
{
    (void)state;
    add(9, 0);
    schedule_ready(&schedule, 1u << 5 | 1u << 2 | 1u << 30);
    assert_runs(9, QUANTUM);
    assert_runs(2, QUANTUM);
    assert_runs(5, QUANTUM);
    assert_runs(30, QUANTUM);
    assert_runs(9, QUANTUM);
}

static void woken_by_a_tick_has_a_whole_turn(void **state)
{
    unsigned ran = schedule_pick(&schedule);

    (void)state;
    add(0, 0);
    add(1, 0);
    schedule_tick(&schedule, ran);
    assert_runs(0, QUANTUM);
    assert_runs(1, QUANTUM);
}

static void blocked_in_the_middle(void **state)
{
    (void)state;
    for (unsigned id = 0; id < 4; id++)
        add(id, 0);
    schedule_ready(&schedule, 1u << 10 | 1u << 11);
    schedule_block(&schedule, 2);
    schedule_block(&schedule, 10);
    assert_runs(0, QUANTUM);
    assert_runs(1, QUANTUM);
    assert_runs(3, QUANTUM);
    assert_runs(11, QUANTUM);
}

/* ---- the cyclic frame ---- */

static void windows_in_their_order(void **state)
{
    (void)state;
    add(4, 2);
    add(1, 3);
    add(7, 1);
    for (unsigned frame = 0; frame < 3; frame++) {
        assert_runs(4, 2);
        assert_runs(1, 3);
        assert_runs(7, 1);
    }
}

static void only_in_its_own_window(void **state)
{
    (void)state;
    add(0, 2);
    add(1, 2);
    schedule_block(&schedule, 1);
    assert_runs(0, 2);
    assert_runs(VCPU_NONE, 2);
    assert_runs(0, 2);
}

static void others_use_what_is_idle(void **state)
{
    (void)state;
    add(0, 4);
    add(1, 2);
    add(2, 0);
    add(3, 0);
    schedule_block(&schedule, 0);
    assert_runs(2, QUANTUM);
    assert_runs(3, 1);
    assert_runs(1, 2);
    assert_runs(3, QUANTUM - 1);
    assert_runs(2, 2);
}

static void the_owner_is_back_at_once(void **state)
{
    (void)state;
    add(0, 5);
    add(2, 0);
    schedule_block(&schedule, 0);
    assert_runs(2, 1);
    ready(0);
    assert_runs(0, 4);
    assert_runs(0, 5);
}

static void an_owner_woken_by_each_tick_starves_nobody(void **state)
{
    (void)state;
    add(0, 2);
    add(2, 0);
    add(3, 0);
    schedule_block(&schedule, 0);
    for (unsigned ticks = 0; ticks < 7 * QUANTUM; ticks++) {
        unsigned ran = schedule_pick(&schedule);

        assert_int_equal(ran, 2 + ticks / QUANTUM % 2);
        ready(0);
        schedule_tick(&schedule, ran);
        assert_int_equal(schedule_pick(&schedule), 0);
        schedule_block(&schedule, 0);
    }
}

static void yield_gives_up_this_turn_of_the_window(void **state)
{
    (void)state;
    add(0, 3);
    add(1, 2);
    add(2, 0);
    assert_runs(0, 1);
    schedule_yield(&schedule, 0);
    assert_runs(2, 2);
    assert_runs(1, 2);
    assert_runs(0, 3);
}

/* ---- any order, 64 vCPUs ---- */

static struct {
    unsigned queue[VCPUS], length, left;
} model;

static void model_append(unsigned id)
{
    if (model.length == 0)
        model.left = QUANTUM;
    model.queue[model.length++] = id;
}

static void model_remove(unsigned id)
{
    unsigned i = 0;

    while (model.queue[i] != id)
        i++;
    if (i == 0)
        model.left = QUANTUM;
    memmove(&model.queue[i], &model.queue[i + 1], (--model.length - i) * sizeof(model.queue[0]));
}

static void model_tick(void)
{
    if (model.length == 0 || --model.left > 0)
        return;
    unsigned id = model.queue[0];
    model_remove(id);
    model_append(id);
}

/* Ticks that are only counted: as many single ones say the same. */
static void skip_ticks(unsigned ticks)
{
    if (ticks >= schedule_quiet(&schedule))
        return;
    schedule_skip(&schedule, ticks);
    while (ticks-- > 0)
        model_tick();
}

static void step(uint64_t *set)
{
    unsigned id = (unsigned)rand() % VCPUS;
    uint64_t woken = ~*set & (UINT64_C(1) << id | UINT64_C(1) << rand() % VCPUS);

    switch (rand() % 5) {
    case 0:
        if (woken == 0)
            return;
        schedule_ready(&schedule, woken);
        for (unsigned i = 0; i < VCPUS; i++)
            if (woken >> i & 1)
                model_append(i);
        *set |= woken;
        return;
    case 1:
        if (!(*set >> id & 1))
            return;
        if (rand() % 2) {
            schedule_block(&schedule, id);
            model_remove(id);
            *set &= ~(UINT64_C(1) << id);
            return;
        }
        schedule_yield(&schedule, id);
        model_remove(id);
        model_append(id);
        return;
    case 2:
        skip_ticks((unsigned)rand() % 3);
        return;
    default:
        tick();
        model_tick();
        return;
    }
}

static void any_order_of_operations(void **state)
{
    uint64_t set = 0;

    (void)state;
    srand(3);
    memset(&model, 0, sizeof(model));
    model.left = QUANTUM;
    for (unsigned i = 0; i < 200000; i++) {
        step(&set);
        assert_int_equal(schedule.ready, set);
        assert_int_equal(schedule_pick(&schedule), model.length ? model.queue[0] : VCPU_NONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nobody_at_first, set_up),
        cmocka_unit_test_setup(a_turn_is_a_quantum, set_up),
        cmocka_unit_test_setup(tick_says_when_it_changes, set_up),
        cmocka_unit_test_setup(quiet_until_it_may_change, set_up),
        cmocka_unit_test_setup(yield_gives_up_the_rest, set_up),
        cmocka_unit_test_setup(block_gives_up_the_rest, set_up),
        cmocka_unit_test_setup(who_comes_after_nobody_has_a_whole_turn, set_up),
        cmocka_unit_test_setup(woken_together_the_lowest_first, set_up),
        cmocka_unit_test_setup(woken_by_a_tick_has_a_whole_turn, set_up),
        cmocka_unit_test_setup(blocked_in_the_middle, set_up),
        cmocka_unit_test_setup(windows_in_their_order, set_up),
        cmocka_unit_test_setup(only_in_its_own_window, set_up),
        cmocka_unit_test_setup(others_use_what_is_idle, set_up),
        cmocka_unit_test_setup(the_owner_is_back_at_once, set_up),
        cmocka_unit_test_setup(an_owner_woken_by_each_tick_starves_nobody, set_up),
        cmocka_unit_test_setup(yield_gives_up_this_turn_of_the_window, set_up),
        cmocka_unit_test_setup(any_order_of_operations, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
