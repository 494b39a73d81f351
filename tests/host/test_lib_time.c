/* SPDX-License-Identifier: BSD-2-Clause */
/* TSC ticks to nanoseconds and back, against 128 bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "belfry/hv.h"
#include "belfry/time.h"
#include "chance.h"

/* What time.c wants of the rest of the library. */
static struct hv_vcpu_page page;
struct hv_vcpu_page *hv_vcpu_page = &page;
bool hv_irq_has_handler(unsigned vector);

bool hv_irq_has_handler(unsigned vector)
{
    (void)vector;
    return false;
}

static const uint64_t rates[] = {1,          1193182,    999999999, 1000000000,
                                 2399998765, 5000000000, UINT64_MAX};
static const uint64_t edges[] = {0,          1,         999999999,      1000000000,
                                 1ull << 32, INT64_MAX, UINT64_MAX - 1, UINT64_MAX};

static uint64_t expected(uint64_t value, uint64_t factor, uint64_t divisor)
{
    unsigned __int128 exact = (unsigned __int128)value * factor / divisor;

    return exact > UINT64_MAX ? UINT64_MAX : (uint64_t)exact;
}

static void check(uint64_t value)
{
    assert_int_equal(hv_tsc_to_ns(value), expected(value, HV_NS_PER_S, page.tsc_hz));
    assert_int_equal(hv_ns_to_tsc(value), expected(value, page.tsc_hz, HV_NS_PER_S));
}

static void test_scale(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
        page.tsc_hz = rates[i];
        for (size_t j = 0; j < sizeof(edges) / sizeof(*edges); j++)
            check(edges[j]);
        for (int times = 0; times < 10000; times++)
            check(chance64() >> chance(64));
    }
}

/* It would be a division by zero. */
static void test_without_a_rate(void **state)
{
    (void)state;
    page.tsc_hz = 0;
    assert_int_equal(hv_tsc_to_ns(5), UINT64_MAX);
    assert_int_equal(hv_ns_to_tsc(5), 0);
}

static void test_runs(void **state)
{
    (void)state;
    page.tsc_hz = 1000000000;
    page.tick_divisor = 1193;
    uint64_t before = hv_time_ns();
    hv_sleep_ns(100000);
    assert_true(hv_time_ns() - before >= 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scale),
        cmocka_unit_test(test_without_a_rate),
        cmocka_unit_test(test_runs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
