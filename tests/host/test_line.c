/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines: when each is open, and what is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "hv/line.h"

#define LIMIT 4
#define LEVEL 10

static struct lines lines;

static int set_up(void **state)
{
    (void)state;
    lines_init(&lines, 1u << LEVEL | 1, LIMIT); /* line 0 can't be level-triggered */
    return 0;
}

static void closed_until_registered(void **state)
{
    (void)state;
    for (unsigned n = 0; n < HV_LINES; n++) {
        assert_int_equal(line_is_open(&lines, n), n == 0);
        line_register(&lines, n);
        assert_true(line_is_open(&lines, n));
        line_unregister(&lines, n);
        assert_int_equal(line_is_open(&lines, n), n == 0);
    }
}

static void an_edge_leaves_it_open(void **state)
{
    (void)state;
    line_register(&lines, 3);
    line_raise(&lines, 3, 7);
    assert_true(line_is_open(&lines, 3));
    assert_int_equal(lines.line[3].raised, 1);
    assert_int_equal(lines.line[3].unclaimed, 0);
}

static void a_level_closes_it_until_served(void **state)
{
    (void)state;
    line_register(&lines, LEVEL);
    for (unsigned i = 0; i < 2 * LIMIT; i++) {
        line_raise(&lines, LEVEL, 1);
        assert_false(line_is_open(&lines, LEVEL));
        line_served(&lines, LEVEL);
        assert_true(line_is_open(&lines, LEVEL));
    }
    assert_int_equal(lines.line[LEVEL].raised, 2 * LIMIT);
    assert_int_equal(line_held(&lines, LEVEL), 0);
}

static void unregister_ends_the_wait(void **state)
{
    (void)state;
    line_register(&lines, LEVEL);
    line_raise(&lines, LEVEL, 1);
    line_unregister(&lines, LEVEL);
    line_register(&lines, LEVEL);
    assert_true(line_is_open(&lines, LEVEL));
}

static void held_at_the_limit(void **state)
{
    (void)state;
    line_register(&lines, 3);
    for (uint64_t tick = 1; tick <= 3; tick++) {
        for (unsigned i = 1; i < LIMIT; i++)
            line_raise(&lines, 3, tick);
        assert_true(line_is_open(&lines, 3));
        line_raise(&lines, 3, tick);
        assert_false(line_is_open(&lines, 3));
        line_raise(&lines, 3, tick); /* one that the controller had latched before */
        assert_int_equal(line_held(&lines, 3), tick);
        assert_int_equal(lines_release(&lines), 1u << 3);
        assert_true(line_is_open(&lines, 3));
        assert_int_equal(lines_release(&lines), 0);
    }
}

static void a_new_tick_counts_afresh(void **state)
{
    (void)state;
    line_register(&lines, 5);
    for (uint64_t tick = 1; tick < 100; tick++)
        for (unsigned i = 1; i < LIMIT; i++)
            line_raise(&lines, 5, tick);
    assert_true(line_is_open(&lines, 5));
    assert_int_equal(line_held(&lines, 5), 0);
}

static void several_are_released_together(void **state)
{
    (void)state;
    for (unsigned n = 1; n < 8; n += 2) {
        line_register(&lines, n);
        for (unsigned i = 0; i < LIMIT; i++)
            line_raise(&lines, n, 9);
    }
    line_unregister(&lines, 5);
    assert_int_equal(lines_release(&lines), 0xAA);
    assert_false(line_is_open(&lines, 5));
    assert_true(line_is_open(&lines, 7));
}

static void held_counts_from_the_owners_start(void **state)
{
    (void)state;
    line_register(&lines, 3);
    for (unsigned i = 0; i < LIMIT; i++)
        line_raise(&lines, 3, 1);
    line_restart(&lines, 3);
    assert_int_equal(line_held(&lines, 3), 0);
    assert_int_equal(lines.line[3].held_ticks, 1);
    lines_release(&lines);
    for (unsigned i = 0; i < LIMIT; i++)
        line_raise(&lines, 3, 2);
    assert_int_equal(line_held(&lines, 3), 1);
}

static void nobody_registered_is_unclaimed(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2 * LIMIT; i++)
        line_raise(&lines, 6, 1);
    assert_int_equal(lines.line[6].raised, 2 * LIMIT);
    assert_int_equal(lines.line[6].unclaimed, 2 * LIMIT);
    assert_int_equal(lines.held, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(closed_until_registered, set_up),
        cmocka_unit_test_setup(an_edge_leaves_it_open, set_up),
        cmocka_unit_test_setup(a_level_closes_it_until_served, set_up),
        cmocka_unit_test_setup(unregister_ends_the_wait, set_up),
        cmocka_unit_test_setup(held_at_the_limit, set_up),
        cmocka_unit_test_setup(a_new_tick_counts_afresh, set_up),
        cmocka_unit_test_setup(several_are_released_together, set_up),
        cmocka_unit_test_setup(held_counts_from_the_owners_start, set_up),
        cmocka_unit_test_setup(nobody_registered_is_unclaimed, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
