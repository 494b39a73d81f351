/* SPDX-License-Identifier: BSD-2-Clause */
/* The 8259 driver against the model, dropped edges included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "arch/x86/pic.h"
#include "model_8259.h"

enum { BASE = 32, CASCADE_BIT = 0x0004 };

uint8_t pic_port_read(uint16_t port)
{
    return model_8259_read(port);
}

void pic_port_write(uint16_t port, uint8_t value)
{
    model_8259_write(port, value);
}

static int set_up(void **state)
{
    (void)state;
    model_8259_reset(0);
    pic_init(BASE);
    model_8259_forget();
    return 0;
}

static void assert_write(unsigned index, uint16_t port, uint8_t value)
{
    assert_true(index < model_8259_write_count);
    assert_int_equal(model_8259_writes[index].port, port);
    assert_int_equal(model_8259_writes[index].value, value);
}

/* What the hypervisor does with a vector: answers whether it was real. */
static bool handle(uint8_t vector)
{
    unsigned line = vector - BASE;
    bool real = pic_is_real(line);

    pic_end(line, real);
    return real;
}

static void init_masks_all(void **state)
{
    (void)state;
    assert_int_equal(model_8259_masks(), 0xFFFF);
    for (unsigned line = 0; line < 16; line++) {
        if (line != 2)
            model_8259_input(line, true);
    }
    assert_false(model_8259_requests());
}

static void each_line_has_its_vector(void **state)
{
    (void)state;
    for (unsigned line = 0; line < 16; line++) {
        if (line == 2)
            continue;
        pic_open(line);
        model_8259_input(line, true);
        assert_true(model_8259_requests());
        assert_int_equal(model_8259_acknowledge(), BASE + line);
        assert_true(handle((uint8_t)(BASE + line)));
        assert_int_equal(model_8259_in_service(), 0);
        model_8259_input(line, false);
        pic_close(line);
        model_8259_forget();
    }
}

static void other_bases_work(void **state)
{
    (void)state;
    model_8259_reset(0);
    pic_init(0x70);
    pic_open(12);
    model_8259_input(12, true);
    assert_int_equal(model_8259_acknowledge(), 0x7C);
}

/* Initialising again, with lines open and the shadow in another state, ends in the same state. */
static void init_starts_afresh(void **state)
{
    (void)state;
    pic_open(0);
    pic_open(15);
    pic_init(BASE);
    assert_int_equal(model_8259_masks(), 0xFFFF);
    model_8259_forget();
    pic_open(15);
    assert_int_equal(model_8259_masks(), 0x7FFB);
}

/* For every set of open lines, bit 2 of the masks is clear exactly when a slave's line is open. */
static void cascade_follows_the_slave(void **state)
{
    uint16_t expected = 0xFFFF & ~CASCADE_BIT;

    (void)state;
    for (unsigned step = 0; step < 4000; step++) {
        unsigned line = step * 7 % 16;

        if (line == 2)
            continue;
        if (step * 2654435761u >> 31) {
            pic_open(line);
            expected &= (uint16_t) ~(1u << line);
        } else {
            pic_close(line);
            expected |= (uint16_t)(1u << line);
        }
        bool slave_open = (expected & 0xFF00) != 0xFF00;
        assert_int_equal(model_8259_masks(), expected | (slave_open ? 0 : CASCADE_BIT));
        model_8259_forget();
    }
}

static void only_what_changed_is_written(void **state)
{
    (void)state;
    pic_open(4);
    assert_int_equal(model_8259_write_count, 1);
    assert_write(0, 0x21, 0xEF);
    pic_open(4);
    assert_int_equal(model_8259_write_count, 1);

    model_8259_forget();
    pic_open(12); /* the first of the slave's: both */
    assert_int_equal(model_8259_write_count, 2);
    model_8259_forget();
    pic_open(11);
    assert_int_equal(model_8259_write_count, 1);
    assert_write(0, 0xA1, 0xE7);
    pic_close(12);
    assert_int_equal(model_8259_write_count, 2);
    model_8259_forget();
    pic_close(11); /* the last one: both */
    assert_int_equal(model_8259_write_count, 2);
    assert_int_equal(model_8259_masks(), 0xFFEF);
}

/* The tick's way: one port access in all. */
static void line_0_ends_with_one_access(void **state)
{
    (void)state;
    pic_open(0);
    model_8259_input(0, true);
    model_8259_acknowledge();
    model_8259_forget();
    assert_true(handle(BASE));
    assert_int_equal(model_8259_read_count, 0);
    assert_int_equal(model_8259_write_count, 1);
    assert_write(0, 0x20, 0x20);
    assert_int_equal(model_8259_in_service(), 0);
}

static void slave_ends_before_master(void **state)
{
    (void)state;
    pic_open(8);
    model_8259_input(8, true);
    assert_int_equal(model_8259_acknowledge(), BASE + 8);
    assert_int_equal(model_8259_in_service(), 0x0104);
    model_8259_forget();
    pic_end(8, true);
    assert_int_equal(model_8259_write_count, 2);
    assert_write(0, 0xA0, 0x20);
    assert_write(1, 0x20, 0x20);
    assert_int_equal(model_8259_in_service(), 0);
}

/* An edge of the master's that falls before the CPU asks: vector 7, no EOI at all. */
static void dropped_master_edge_is_spurious_7(void **state)
{
    (void)state;
    pic_open(4);
    model_8259_input(4, true);
    assert_true(model_8259_requests());
    model_8259_input(4, false);
    assert_int_equal(model_8259_acknowledge(), BASE + 7);
    model_8259_forget();
    assert_false(handle(BASE + 7));
    assert_int_equal(model_8259_write_count, 1);
    assert_write(0, 0x20, 0x0B); /* the question, no EOI */
    assert_int_equal(model_8259_in_service(), 0);
}

/* An EOI for a spurious 7 would end another line's service. */
static void spurious_7_leaves_others_in_service(void **state)
{
    (void)state;
    pic_open(5);
    pic_open(3);
    model_8259_input(5, true);
    assert_int_equal(model_8259_acknowledge(), BASE + 5);
    model_8259_input(3, true);
    model_8259_input(3, false);
    assert_int_equal(model_8259_acknowledge(), BASE + 7);
    assert_false(handle(BASE + 7));
    assert_int_equal(model_8259_in_service(), 1 << 5);
    pic_end(5, true);
    assert_int_equal(model_8259_in_service(), 0);
}

/* An edge of the slave's that falls when the master has decided: vector 15, and the master's bit
 * for the cascade must be ended. */
static void dropped_slave_edge_is_spurious_15(void **state)
{
    (void)state;
    pic_open(10);
    model_8259_input(10, true);
    model_8259_fall_in_cycle(10);
    assert_int_equal(model_8259_acknowledge(), BASE + 15);
    assert_int_equal(model_8259_in_service(), CASCADE_BIT);
    model_8259_forget();
    assert_false(handle(BASE + 15));
    assert_int_equal(model_8259_write_count, 2);
    assert_write(0, 0xA0, 0x0B);
    assert_write(1, 0x20, 0x20);
    assert_int_equal(model_8259_in_service(), 0);

    /* and the slave works on */
    model_8259_input(10, true);
    assert_int_equal(model_8259_acknowledge(), BASE + 10);
    assert_true(handle(BASE + 10));
    assert_int_equal(model_8259_in_service(), 0);
}

static void real_7_and_15_are_real(void **state)
{
    (void)state;
    pic_open(7);
    pic_open(15);
    model_8259_input(7, true);
    assert_int_equal(model_8259_acknowledge(), BASE + 7);
    assert_true(handle(BASE + 7));
    model_8259_input(15, true);
    assert_int_equal(model_8259_acknowledge(), BASE + 15);
    assert_true(handle(BASE + 15));
    assert_int_equal(model_8259_in_service(), 0);
}

/* Line 7 is real although line 15 is spurious, and the other way round: each chip is asked. */
static void each_chip_is_asked_for_its_own(void **state)
{
    (void)state;
    pic_open(15);
    model_8259_input(15, true);
    assert_int_equal(model_8259_acknowledge(), BASE + 15);
    assert_false(pic_is_real(7));
    assert_true(pic_is_real(15));
}

static void only_7_and_15_are_asked_about(void **state)
{
    (void)state;
    for (unsigned line = 0; line < 16; line++) {
        model_8259_forget();
        pic_is_real(line);
        assert_int_equal(model_8259_read_count, line == 7 || line == 15);
        assert_int_equal(model_8259_write_count, line == 7 || line == 15);
    }
}

/* A level-triggered line that stays high asks again after its EOI, unless it was closed before. */
static void level_line_is_quiet_while_closed(void **state)
{
    (void)state;
    model_8259_reset(1 << 11);
    pic_init(BASE);
    assert_int_equal(pic_level_lines(), 1 << 11);
    pic_open(11);
    model_8259_input(11, true);
    assert_int_equal(model_8259_acknowledge(), BASE + 11);
    pic_close(11);
    pic_end(11, true);
    assert_false(model_8259_requests());
    pic_open(11);
    assert_true(model_8259_requests());
    assert_int_equal(model_8259_acknowledge(), BASE + 11);
    pic_end(11, true);
    assert_true(model_8259_requests());
    model_8259_input(11, false);
    assert_false(model_8259_requests());
}

/* An edge that comes while the line is closed is kept as long as the input stays high. */
static void edge_is_kept_while_closed(void **state)
{
    (void)state;
    model_8259_input(3, true);
    assert_false(model_8259_requests());
    pic_open(3);
    assert_int_equal(model_8259_acknowledge(), BASE + 3);
    pic_end(3, true);
    assert_false(model_8259_requests());
}

static void elcr_is_read_whole(void **state)
{
    (void)state;
    for (unsigned line = 3; line < 16; line++) {
        if (line == 8 || line == 13)
            continue;
        model_8259_reset((uint16_t)(1u << line));
        assert_int_equal(pic_level_lines(), 1u << line);
    }
}

/* Where nothing answers at its ports all lines are edge-triggered. */
static void absent_elcr_means_edges(void **state)
{
    (void)state;
    model_8259_reset(0xFFFF);
    assert_int_equal(pic_level_lines(), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(init_masks_all),
        TEST(each_line_has_its_vector),
        TEST(other_bases_work),
        TEST(init_starts_afresh),
        TEST(cascade_follows_the_slave),
        TEST(only_what_changed_is_written),
        TEST(line_0_ends_with_one_access),
        TEST(slave_ends_before_master),
        TEST(dropped_master_edge_is_spurious_7),
        TEST(spurious_7_leaves_others_in_service),
        TEST(dropped_slave_edge_is_spurious_15),
        TEST(real_7_and_15_are_real),
        TEST(each_chip_is_asked_for_its_own),
        TEST(only_7_and_15_are_asked_about),
        TEST(level_line_is_quiet_while_closed),
        TEST(edge_is_kept_while_closed),
        TEST(elcr_is_read_whole),
        TEST(absent_elcr_means_edges),
    };

    return cmocka_run_group_tests_name("pic", tests, NULL, NULL);
}
