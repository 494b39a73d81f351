/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "hv/compiler.h"
#include "hv/memory.h"

#define PAGE 4096ull

static struct boot_info info;
static struct memory memory;

/* Starts with what `ranges` says is available. */
static void start(const struct boot_range *ranges, unsigned count)
{
    info.range_count = count;
    memcpy(info.ranges, ranges, count * sizeof(*ranges));
    memory_init(&memory, &info);
}

static void start_one(uint64_t from, uint64_t to)
{
    start(&(struct boot_range){from, to}, 1);
}

static void assert_ranges(const struct boot_range *ranges, unsigned count)
{
    assert_int_equal(memory.count, count);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(memory.ranges[i].start, ranges[i].start);
        assert_int_equal(memory.ranges[i].end, ranges[i].end);
    }
}

#define assert_free(...)                                                                           \
    do {                                                                                           \
        const struct boot_range expected_ranges[] = {__VA_ARGS__};                                 \
        assert_ranges(expected_ranges, ARRAY_LENGTH(expected_ranges));                             \
    } while (0)

static void test_init_rounds_inwards(void **state)
{
    const struct boot_range ranges[] = {
        {0x1001, 0x3fff}, {0x5001, 0x5fff}, {0x7000, 0x8000}, {0x9fff, 0xa001}};

    (void)state;
    start(ranges, ARRAY_LENGTH(ranges));
    assert_free({0x2000, 0x3000}, {0x7000, 0x8000});
    assert_int_equal(memory_free(&memory), 2 * PAGE);
    assert_int_equal(memory_largest(&memory), PAGE);
}

static void test_init_keeps_page_0(void **state)
{
    (void)state;
    start_one(0, 0x9f000);
    assert_free({0x1000, 0x9f000});
    start_one(0, PAGE);
    assert_int_equal(memory.count, 0);
}

static void test_init_at_the_end_of_the_address_space(void **state)
{
    (void)state;
    start_one(UINT64_MAX - 10, UINT64_MAX);
    assert_int_equal(memory.count, 0);
    start_one(0xffffffffffff0000, UINT64_MAX);
    assert_free({0xffffffffffff0000, 0xfffffffffffff000});
}

static void test_init_of_too_many_ranges(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BOOT_RANGES; i++)
        info.ranges[i] = (struct boot_range){(i * 2 + 1) * PAGE, (i * 2 + 2) * PAGE};
    info.range_count = BOOT_RANGES + 1;
    memory_init(&memory, &info);
    assert_int_equal(memory.count, BOOT_RANGES);
}

static void test_reserve_nothing(void **state)
{
    (void)state;
    start_one(0x10000, 0x20000);
    memory_reserve(&memory, 0x18000, 0x18000);
    memory_reserve(&memory, 0x19000, 0x18000);
    memory_reserve(&memory, 0x0, 0x10000);
    memory_reserve(&memory, 0x20000, UINT64_MAX);
    assert_free({0x10000, 0x20000});
}

static void test_reserve_rounds_outwards(void **state)
{
    (void)state;
    start_one(0x10000, 0x20000);
    memory_reserve(&memory, 0x17fff, 0x18001);
    assert_free({0x10000, 0x17000}, {0x19000, 0x20000});
}

static void test_reserve_each_end(void **state)
{
    (void)state;
    start_one(0x10000, 0x20000);
    memory_reserve(&memory, 0x10000, 0x11000);
    memory_reserve(&memory, 0x1f000, 0x20000);
    assert_free({0x11000, 0x1f000});
}

static void test_reserve_over_several_ranges(void **state)
{
    const struct boot_range ranges[] = {{0x10000, 0x20000}, {0x30000, 0x40000}, {0x50000, 0x60000}};

    (void)state;
    start(ranges, ARRAY_LENGTH(ranges));
    memory_reserve(&memory, 0x18000, 0x58000);
    assert_free({0x10000, 0x18000}, {0x58000, 0x60000});
    memory_reserve(&memory, 0, UINT64_MAX);
    assert_int_equal(memory.count, 0);
    assert_int_equal(memory_free(&memory), 0);
    assert_int_equal(memory_largest(&memory), 0);
}

/* Fills the table with single pages but for one range of `pages`, the last. */
static void start_full(uint64_t pages)
{
    memory.count = MEMORY_RANGES;
    for (unsigned i = 0; i < MEMORY_RANGES; i++)
        memory.ranges[i] = (struct boot_range){(i * 2 + 1) * PAGE, (i * 2 + 2) * PAGE};
    memory.ranges[MEMORY_RANGES - 1].end = memory.ranges[MEMORY_RANGES - 1].start + pages * PAGE;
}

static void test_full_table_gives_up_the_smaller_part(void **state)
{
    const struct boot_range *last = &memory.ranges[MEMORY_RANGES - 1];

    (void)state;
    start_full(10);
    uint64_t from = last->start;
    memory_reserve(&memory, from + 3 * PAGE, from + 4 * PAGE);
    assert_int_equal(memory.count, MEMORY_RANGES);
    assert_int_equal(last->start, from + 4 * PAGE);
    assert_int_equal(last->end, from + 10 * PAGE);
    memory_reserve(&memory, from + 8 * PAGE, from + 9 * PAGE);
    assert_int_equal(memory.count, MEMORY_RANGES);
    assert_int_equal(last->start, from + 4 * PAGE);
    assert_int_equal(last->end, from + 8 * PAGE);
}

static void test_full_table_still_shrinks(void **state)
{
    (void)state;
    start_full(2);
    memory_reserve(&memory, memory.ranges[0].start, memory.ranges[0].end);
    assert_int_equal(memory.count, MEMORY_RANGES - 1);
    assert_int_equal(memory.ranges[0].start, 3 * PAGE);
}

static void test_take_lowest_first(void **state)
{
    const struct boot_range ranges[] = {{0x10000, 0x12000}, {0x30000, 0x40000}};

    (void)state;
    start(ranges, ARRAY_LENGTH(ranges));
    assert_int_equal(memory_take(&memory, 1, PAGE), 0x10000);
    assert_int_equal(memory_take(&memory, 0x1001, PAGE), 0x30000);
    assert_int_equal(memory_take(&memory, PAGE, PAGE), 0x11000);
    assert_free({0x32000, 0x40000});
}

static void test_take_aligned(void **state)
{
    (void)state;
    start_one(0x1f1000, 0x600000);
    assert_int_equal(memory_take(&memory, 0x200000, 0x200000), 0x200000);
    assert_free({0x1f1000, 0x200000}, {0x400000, 0x600000});
    assert_int_equal(memory_take(&memory, 0x200000, 0x200000), 0x400000);
    assert_int_equal(memory_take(&memory, PAGE, 0x200000), 0);
}

static void test_take_what_is_not_there(void **state)
{
    (void)state;
    start_one(0x10000, 0x20000);
    assert_int_equal(memory_take(&memory, 0x10001, PAGE), 0);
    assert_int_equal(memory_take(&memory, 0, PAGE), 0);
    assert_int_equal(memory_take(&memory, UINT64_MAX, PAGE), 0);
    assert_int_equal(memory_take(&memory, UINT64_MAX - PAGE, PAGE), 0);
    assert_int_equal(memory_take(&memory, PAGE, 1ull << 63), 0);
    assert_free({0x10000, 0x20000});
    assert_int_equal(memory_take(&memory, 0x10000, PAGE), 0x10000);
    assert_int_equal(memory_take(&memory, PAGE, PAGE), 0);
}

static void test_take_at_the_end_of_the_address_space(void **state)
{
    (void)state;
    start_one(0xffffffffffffe000, UINT64_MAX);
    assert_int_equal(memory_take(&memory, PAGE, 0x10000), 0);
    assert_int_equal(memory_take(&memory, PAGE, PAGE), 0xffffffffffffe000);
}

/* Random operations against a map with one flag for each page. */
#define MODEL_PAGES 512
static bool model[MODEL_PAGES];

static void assert_model(void)
{
    bool found[MODEL_PAGES] = {false};

    for (unsigned i = 0; i < memory.count; i++) {
        assert_true(memory.ranges[i].start < memory.ranges[i].end);
        assert_true(i == 0 || memory.ranges[i - 1].end < memory.ranges[i].start);
        for (uint64_t at = memory.ranges[i].start; at < memory.ranges[i].end; at += PAGE)
            found[at / PAGE] = true;
    }
    assert_memory_equal(found, model, sizeof(model));
}

/* What memory_take() is to answer. */
static uint64_t model_take(unsigned pages, unsigned alignment)
{
    for (unsigned at = alignment; at + pages <= MODEL_PAGES; at += alignment) {
        unsigned run = 0;
        while (run < pages && model[at + run])
            run++;
        if (run == pages) {
            memset(model + at, false, pages);
            return at * PAGE;
        }
    }
    return 0;
}

static void test_random_operations(void **state)
{
    (void)state;
    srand(1);
    for (unsigned round = 0; round < 200; round++) {
        start_one(0, MODEL_PAGES * PAGE);
        memset(model, true, sizeof(model));
        model[0] = false;
        for (unsigned step = 0; step < 40; step++) {
            unsigned first = (unsigned)rand() % MODEL_PAGES;
            unsigned pages = (unsigned)rand() % 8 + 1;
            unsigned alignment = 1u << rand() % 4;
            if (rand() % 2 == 0) {
                assert_int_equal(memory_take(&memory, pages * PAGE, alignment * PAGE),
                                 model_take(pages, alignment));
            } else {
                memory_reserve(&memory, first * PAGE, (first + pages) * PAGE);
                for (unsigned i = first; i < first + pages && i < MODEL_PAGES; i++)
                    model[i] = false;
            }
            assert_model();
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_init_rounds_inwards),
        cmocka_unit_test(test_init_keeps_page_0),
        cmocka_unit_test(test_init_at_the_end_of_the_address_space),
        cmocka_unit_test(test_init_of_too_many_ranges),
        cmocka_unit_test(test_reserve_nothing),
        cmocka_unit_test(test_reserve_rounds_outwards),
        cmocka_unit_test(test_reserve_each_end),
        cmocka_unit_test(test_reserve_over_several_ranges),
        cmocka_unit_test(test_full_table_gives_up_the_smaller_part),
        cmocka_unit_test(test_full_table_still_shrinks),
        cmocka_unit_test(test_take_lowest_first),
        cmocka_unit_test(test_take_aligned),
        cmocka_unit_test(test_take_what_is_not_there),
        cmocka_unit_test(test_take_at_the_end_of_the_address_space),
        cmocka_unit_test(test_random_operations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
