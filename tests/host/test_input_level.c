/* SPDX-License-Identifier: BSD-2-Clause */
/* The console's line where it is level-triggered, as one that a PCI device shares is. */
#include "system_fixture.h"

#define CONSOLE_LINE 4
#define BURST        16

static int boot(void **state)
{
    (void)state;
    prepare_system("", "a mem=128K system console", NULL);
    fake.level_lines = 1u << CONSOLE_LINE;
    hv_main(&info, NULL);
    assert_ptr_equal(until_a_guest_runs(), &vcpus[0].frame);
    assert_int_equal(call(HV_CALL_IRQ_REGISTER, HV_VECTOR_CONSOLE, UPCALL), 0);
    return 0;
}

static int a_tick(void **state)
{
    (void)state;
    irq_tick();
    return 0;
}

static bool is_open(void)
{
    return fake.open_lines >> CONSOLE_LINE & 1;
}

static uint64_t line_state(void)
{
    struct hv_line_info told;

    assert_int_equal(call(HV_CALL_SYSTEM_LINE, CONSOLE_LINE, DATA, sizeof(told)), sizeof(told));
    memcpy(&told, guest_bytes(DATA), sizeof(told));
    return told.state;
}

/* Nobody's service is waited for: what comes next is taken as well. */
static void is_served_at_once(void **state)
{
    (void)state;
    fake.typed = "ab";
    irq_line(CONSOLE_LINE);
    assert_true(is_open());
    assert_int_equal(line_state(), HV_LINE_IS_OPEN | HV_LINE_IS_REGISTERED | HV_LINE_IS_LEVEL);
    assert_int_equal(call(HV_CALL_CONSOLE_READ, DATA, 10), 2);
}

/* Another device holds it asserted, and nobody can quiet that: it takes a bounded part of a tick.
 */
static void a_stuck_line_is_held(void **state)
{
    (void)state;
    fake.typed = "";
    for (unsigned tick = 0; tick < 3; tick++) {
        unsigned times = 0;
        for (; is_open() && times < 1000; times++)
            irq_line(CONSOLE_LINE);
        assert_int_equal(times, BURST);
        assert_int_equal(line_state(), HV_LINE_IS_REGISTERED | HV_LINE_IS_HELD | HV_LINE_IS_LEVEL);
        irq_tick();
        assert_true(is_open());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(is_served_at_once, a_tick),
        cmocka_unit_test_setup(a_stuck_line_is_held, a_tick),
    };

    return cmocka_run_group_tests(tests, boot, NULL);
}
