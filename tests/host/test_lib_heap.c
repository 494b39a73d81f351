/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is behind malloc(), against a model that knows each block: every request is answered where
 * the first gap is, and only where there is one; no block touches another; in the end all is one
 * again. ASan sees to the range's ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "guest-api/lib/heap.h"
#include "chance.h"

enum { SIZE = 8192, UNIT = 16, BLOCKS = 200, TIMES = 60000 };

static struct heap heap;
static char *range;
static size_t range_size; /* what of it the heap can use */

/* In the order of addresses. Each is filled with its mark. */
static struct block {
    char *bytes;
    size_t size;
    char mark;
} blocks[BLOCKS];
static size_t count;

static size_t whole(size_t size)
{
    return UNIT + (size + UNIT - 1) / UNIT * UNIT;
}

static void start(size_t size)
{
    range = aligned_alloc(UNIT, SIZE); /* multiples of UNIT, as aligned_alloc wants it */
    range_size = size / UNIT * UNIT;
    heap = (struct heap){0};
    heap_init(&heap, range, size);
    count = 0;
}

static char *end_of(size_t at)
{
    return blocks[at].bytes + heap_size(blocks[at].bytes);
}

/* Where a block must come, as its place among the blocks; `count` of them and no room: -1. */
static int expected_place(size_t size, char **bytes)
{
    char *gap = range;

    for (size_t i = 0; i <= count; i++) {
        char *gap_end = i < count ? blocks[i].bytes - UNIT : range + range_size;
        if ((size_t)(gap_end - gap) >= whole(size)) {
            *bytes = gap + UNIT;
            return (int)i;
        }
        if (i < count)
            gap = end_of(i);
    }
    return -1;
}

static void check_marks(void)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < blocks[i].size; j++)
            assert_int_equal(blocks[i].bytes[j], blocks[i].mark);
}

static void take(size_t size)
{
    char *expected = NULL;
    int place = expected_place(size, &expected);
    char *bytes = heap_take(&heap, size);

    assert_ptr_equal(bytes, expected);
    if (!bytes)
        return;
    assert_true(heap_has(&heap, bytes) && heap_size(bytes) >= size);
    memmove(blocks + place + 1, blocks + place, (count - (size_t)place) * sizeof(*blocks));
    blocks[place] = (struct block){bytes, size, (char)chance(256)};
    memset(bytes, blocks[place].mark, size);
    count++;
}

static void give(size_t at)
{
    heap_give(&heap, blocks[at].bytes);
    assert_false(heap_has(&heap, blocks[at].bytes));
    memmove(blocks + at, blocks + at + 1, (count - at - 1) * sizeof(*blocks));
    count--;
}

static void trim(size_t at)
{
    blocks[at].size = chance(blocks[at].size + 1);
    heap_trim(&heap, blocks[at].bytes, blocks[at].size);
    assert_in_range(heap_size(blocks[at].bytes), blocks[at].size, blocks[at].size + 2 * UNIT - 1);
}

static void give_all(void)
{
    while (count > 0)
        give(chance(count));
    take(range_size - UNIT); /* all of it, in one */
    assert_int_equal(count, 1);
    give(0);
    free(range);
}

static void test_by_chance(void **state)
{
    (void)state;
    start(SIZE);
    for (int i = 0; i < TIMES; i++) {
        uint64_t what = chance(16);
        bool growing = i / 1000 % 2; /* now it fills up, now it empties */
        if (what < (growing ? 9 : 6) && count < BLOCKS)
            take(chance(4) ? chance(100) : chance(2000));
        else if (what < 15 && count > 0)
            give(chance(count));
        else if (count > 0)
            trim(chance(count));
        if (i % 64 == 0)
            check_marks();
    }
    give_all();
}

static void test_filled(void **state)
{
    (void)state;
    start(SIZE);
    for (size_t i = 0; i < SIZE / UNIT / 10; i++)
        take(UNIT * 9);
    check_marks();
    take(UNIT * 9);
    assert_int_equal(count, SIZE / UNIT / 10);
    give(3);
    take(UNIT * 9 + 1); /* a byte more than the gap has */
    assert_int_equal(count, SIZE / UNIT / 10 - 1);
    take(UNIT * 9 - 1);
    assert_int_equal(count, SIZE / UNIT / 10);
    give_all();
}

static void test_absurd_sizes(void **state)
{
    static const size_t sizes[] = {SIZE,          SIZE - UNIT + 1, SIZE_MAX / 2, SIZE_MAX / 2 + 1,
                                   SIZE_MAX - 31, SIZE_MAX - 15,   SIZE_MAX};

    (void)state;
    start(SIZE);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        assert_null(heap_take(&heap, sizes[i]));
    give_all();
}

/* With nothing, or too little for a block, it answers that there is none. */
static void test_no_memory(void **state)
{
    (void)state;
    heap = (struct heap){0};
    assert_null(heap_take(&heap, 0));
    assert_false(heap_has(&heap, range));
    start(2 * UNIT - 1);
    assert_null(heap_take(&heap, 0));
    free(range);
    start(2 * UNIT);
    take(UNIT);
    assert_int_equal(count, 1);
    take(0);
    assert_int_equal(count, 1);
    give_all();
}

static void test_no_block(void **state)
{
    (void)state;
    start(SIZE);
    memset(range + UNIT, 0, SIZE - UNIT);
    take(100);
    take(100);
    char *first = blocks[0].bytes;
    memset(first, 0, 100);
    assert_false(heap_has(&heap, NULL));
    assert_false(heap_has(&heap, range));
    assert_false(heap_has(&heap, first + 1));
    assert_false(heap_has(&heap, first + UNIT));
    assert_false(heap_has(&heap, range + SIZE));
    assert_false(heap_has(&heap, range + SIZE + UNIT));
    assert_false(heap_has(&heap, &heap));
    blocks[0].mark = 0;
    give(0);
    assert_false(heap_has(&heap, first));
    give(0);
    assert_false(heap_has(&heap, first));
    give_all();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_chance),    cmocka_unit_test(test_filled),
        cmocka_unit_test(test_absurd_sizes), cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_no_block),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
