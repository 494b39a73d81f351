/* SPDX-License-Identifier: BSD-2-Clause */
/* What runs and what the prover reads in its place say the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "hv/bitmap.h"
#include "model_bitmap.h"

static void assert_same(uint64_t word)
{
    assert_int_equal(bit_first(word), model_bit_first(word));
    assert_int_equal(bit_any(word), model_bit_any(word));
    if (word == 0)
        return;
    assert_int_equal(bit_lowest(word), model_bit_first(word));
    assert_int_equal(bit_drop_first(word), model_bit_drop_first(word));
}

static void none_one_and_two_bits(void **state)
{
    (void)state;
    assert_same(0);
    for (unsigned low = 0; low < 64; low++)
        for (unsigned high = low; high < 64; high++)
            assert_same(bit_set(bit_set(0, low), high));
}

/* All bits from one on, and all up to one: where a borrow goes far, and where it ends at once. */
static void runs_of_bits(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 64; bit++) {
        assert_same(UINT64_MAX << bit);
        assert_same(UINT64_MAX >> bit);
    }
}

static void any_word(void **state)
{
    (void)state;
    srand(11);
    for (unsigned step = 0; step < 100000; step++) {
        uint64_t word = (uint64_t)rand() << 62 ^ (uint64_t)rand() << 31 ^ (uint64_t)rand();
        assert_same(word << rand() % 64);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_one_and_two_bits),
        cmocka_unit_test(runs_of_bits),
        cmocka_unit_test(any_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
