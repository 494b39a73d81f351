/* SPDX-License-Identifier: BSD-2-Clause */
/* The 8254's driver against a simulated counter. Time passes with each access, as the test says. */
#include <setjmp.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "arch/x86/pit.h"

#define PIT_HZ    1193182.0
#define READS_MAX 5000000 /* accesses; more than that is a hang */

static struct {
    double now;     /* ns */
    double access;  /* ns that an access to a port takes */
    double between; /* ns that a read of the TSC takes */
    double tsc_hz;
    uint64_t tsc_start;
    bool stuck;          /* the counter does not move */
    bool absent;         /* nothing answers */
    bool backwards;      /* the TSC does */
    unsigned pause_at;   /* the access before which time goes on by `pause`; 0: none */
    unsigned pause_each; /* and after each so many further ones; 0: once */
    double pause;
    double loaded;    /* when the count was written */
    unsigned divisor; /* 1 to 65536 */
    uint8_t control;
    uint16_t latch;
    unsigned byte; /* 0: low is next, 1: high */
    unsigned accesses;
} pit;

static uint16_t count_now(void)
{
    double counts = (pit.now - pit.loaded) * PIT_HZ / 1e9;
    uint64_t whole = pit.stuck ? 5 : (uint64_t)counts;

    return (uint16_t)(pit.divisor - whole % pit.divisor);
}

static bool pauses(void)
{
    if (pit.pause_at == 0 || pit.accesses < pit.pause_at)
        return false;
    unsigned since = pit.accesses - pit.pause_at;
    return since == 0 || (pit.pause_each && since % pit.pause_each == 0);
}

static void pass(double time)
{
    assert_true(++pit.accesses < READS_MAX);
    pit.now += time + (pauses() ? pit.pause : 0);
}

void pit_port_write(uint16_t port, uint8_t value)
{
    pass(pit.access);
    assert_true(port == 0x43 || port == 0x40);
    if (port == 0x43 && value == 0x00) {
        pit.latch = count_now();
        pit.byte = 0;
    } else if (port == 0x43) {
        pit.control = value;
        pit.byte = 0;
    } else if (pit.byte++ == 0) {
        pit.latch = value;
    } else {
        pit.divisor = pit.latch | (unsigned)value << 8;
        pit.divisor = pit.divisor ? pit.divisor : 65536;
        pit.loaded = pit.now;
        pit.byte = 0;
    }
}

uint8_t pit_port_read(uint16_t port)
{
    pass(pit.access);
    assert_int_equal(port, 0x40);
    if (pit.absent)
        return 0xFF;
    return (uint8_t)(pit.latch >> 8 * (pit.byte++ & 1));
}

uint64_t pit_read_tsc(void)
{
    double ticks;

    pass(pit.between);
    ticks = pit.now * pit.tsc_hz / 1e9;
    return pit.backwards ? pit.tsc_start - (uint64_t)ticks : pit.tsc_start + (uint64_t)ticks;
}

static int set_up(void **state)
{
    (void)state;
    memset(&pit, 0, sizeof(pit));
    pit.access = 1000;
    pit.between = 10;
    pit.tsc_hz = 3e9;
    pit.tsc_start = UINT64_C(1) << 40;
    pit.divisor = 1000;
    return 0;
}

static void assert_measured(double tolerance)
{
    double measured = (double)pit_measure_tsc();

    assert_true(measured > pit.tsc_hz * (1 - tolerance));
    assert_true(measured < pit.tsc_hz * (1 + tolerance));
}

static void start_programs_mode_2(void **state)
{
    (void)state;
    pit_start(1193);
    assert_int_equal(pit.control, 0x34);
    assert_int_equal(pit.divisor, 1193);
    pit_start(62799); /* hz=19: both bytes count */
    assert_int_equal(pit.divisor, 62799);
}

/* On a PC an access takes about a microsecond. */
static void measures_where_accesses_are_slow(void **state)
{
    (void)state;
    assert_measured(0.002);
    assert_true(pit.now > 3.9e6 && pit.now < 4.3e6);
    assert_int_equal(pit.control, 0x34);
    assert_int_equal(pit.divisor, 65536);
}

/* In an emulator where an instruction takes 1 ns a whole read takes 10. */
static void measures_where_accesses_are_fast(void **state)
{
    (void)state;
    pit.access = 3;
    pit.between = 1;
    pit.tsc_hz = 1e9;
    assert_measured(0.0005);
    assert_true(pit.now > 3.9e6 && pit.now < 4.3e6);
}

/* Where a hypervisor below emulates the PIT an access may take ten times as long. */
static void measures_where_accesses_are_very_slow(void **state)
{
    (void)state;
    pit.access = 10000;
    assert_measured(0.02);
}

static void measures_every_rate(void **state)
{
    static const double rates[] = {2e6, 33e6, 1e9, 1.8432e9, 5.7e9, 2e10};

    (void)state;
    for (unsigned i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        set_up(state);
        pit.tsc_hz = rates[i];
        assert_measured(0.002);
    }
}

/* Wherever the counter was when it was asked first. */
static void measures_at_every_phase(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 50; i++) {
        set_up(state);
        pit.access = 700 + 13.7 * i;
        pit.now = 1e6 + 100.3 * i;
        assert_measured(0.002);
    }
}

/* An emulator on a host that is busy stands still for a while, as does a CPU in system management
 * mode: between the counter and the TSC, between two looks, or for a whole round of the counter. */
static void a_pause_is_seen(void **state)
{
    static const double lengths[] = {1e6, 5e6, 30e6, 54e6, 60e6, 120e6};

    for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
        for (unsigned at = 1; at < 4200; at += at < 40 || at > 3980 ? 1 : 37) {
            set_up(state);
            pit.pause_at = at;
            pit.pause = lengths[i];
            assert_measured(0.02);
        }
}

/* With so little time between them that none of 4 ms can be without. */
static void measures_in_spite_of_many_pauses(void **state)
{
    for (unsigned at = 1; at < 200; at++) {
        set_up(state);
        pit.pause_at = at;
        pit.pause_each = 3001;
        pit.pause = 20e6;
        assert_measured(0.02);
    }
}

static void a_wrapping_tsc_is_measured(void **state)
{
    (void)state;
    pit.tsc_start = 0 - (uint64_t)(2e-3 * pit.tsc_hz); /* wraps after 2 ms */
    assert_measured(0.002);
}

static void a_stuck_counter_answers_0(void **state)
{
    (void)state;
    pit.stuck = true;
    assert_int_equal(pit_measure_tsc(), 0);
    assert_true(pit.now < 10e9); /* seconds on a PC */
}

static void an_absent_counter_answers_0(void **state)
{
    (void)state;
    pit.absent = true;
    assert_int_equal(pit_measure_tsc(), 0);
    assert_true(pit.now < 10e9);
}

static void a_tsc_that_stands_answers_0(void **state)
{
    (void)state;
    pit.tsc_hz = 0;
    assert_int_equal(pit_measure_tsc(), 0);
}

static void a_tsc_that_crawls_answers_0(void **state)
{
    (void)state;
    pit.tsc_hz = 32768;
    assert_int_equal(pit_measure_tsc(), 0);
}

static void a_tsc_that_goes_back_answers_0(void **state)
{
    (void)state;
    pit.backwards = true;
    assert_int_equal(pit_measure_tsc(), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(start_programs_mode_2),
        TEST(measures_where_accesses_are_slow),
        TEST(measures_where_accesses_are_fast),
        TEST(measures_where_accesses_are_very_slow),
        TEST(measures_every_rate),
        TEST(measures_at_every_phase),
        TEST(a_pause_is_seen),
        TEST(measures_in_spite_of_many_pauses),
        TEST(a_wrapping_tsc_is_measured),
        TEST(a_stuck_counter_answers_0),
        TEST(an_absent_counter_answers_0),
        TEST(a_tsc_that_stands_answers_0),
        TEST(a_tsc_that_crawls_answers_0),
        TEST(a_tsc_that_goes_back_answers_0),
    };

    return cmocka_run_group_tests_name("pit", tests, NULL, NULL);
}
