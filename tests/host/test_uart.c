/* SPDX-License-Identifier: BSD-2-Clause */
/* The UART's driver against a simulated 16550. */
#include <setjmp.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "arch/x86/uart.h"

static struct {
    uint16_t base;
    bool absent;
    bool no_fifo;
    bool bad_scratch; /* bit 0 is stuck */
    uint8_t interrupts, fifo, lcr, mcr, scratch, divisor[2];
    unsigned waiting;  /* bytes in the FIFO, or in the holding register */
    unsigned shifting; /* reads of the status until the shift register is empty too */
    unsigned lost;     /* put where there was no room */
    uint8_t sent[256];
    unsigned sent_count;
    unsigned status_reads;
    const char *received;
    unsigned edges; /* of the interrupt: the 8259's input is edge-triggered */
    bool request;
} uart;

/* What the interrupt's pin is, as it becomes after a change. */
static void follow_request(void)
{
    bool request = (uart.interrupts & 1) && (uart.mcr & 8) && *uart.received;

    uart.edges += request && !uart.request;
    uart.request = request;
}

static unsigned depth(void)
{
    return uart.fifo & 1 && !uart.no_fifo ? 16 : 1;
}

static void transmit(uint8_t byte)
{
    if (uart.waiting == depth()) {
        uart.lost++;
        return;
    }
    uart.waiting++;
    uart.sent[uart.sent_count++ % sizeof(uart.sent)] = byte;
}

static uint8_t status(void)
{
    uint8_t received = *uart.received ? 0x01 : 0;

    uart.status_reads++;
    if (uart.waiting > 0)
        return received;
    if (uart.shifting == 0)
        return 0x60 | received;
    uart.shifting--;
    return 0x20 | received;
}

static uint8_t receive(void)
{
    uint8_t byte = *uart.received ? (uint8_t)*uart.received++ : 0;

    follow_request();
    return byte;
}

uint8_t uart_port_read(uint16_t port)
{
    unsigned reg = (unsigned)(port - uart.base);
    bool divisor = uart.lcr & 0x80;

    assert_in_range(reg, 0, 7);
    if (uart.absent)
        return 0xFF;
    switch (reg) {
    case 0:
        return divisor ? uart.divisor[0] : receive();
    case 1:
        return divisor ? uart.divisor[1] : uart.interrupts;
    case 2:
        return uart.fifo & 1 && !uart.no_fifo ? 0xC1 : 0x01;
    case 3:
        return uart.lcr;
    case 4:
        return uart.mcr;
    case 5:
        return status();
    case 7:
        return uart.bad_scratch ? uart.scratch | 1 : uart.scratch;
    default:
        return 0;
    }
}

void uart_port_write(uint16_t port, uint8_t value)
{
    unsigned reg = (unsigned)(port - uart.base);
    bool divisor = uart.lcr & 0x80;

    assert_in_range(reg, 0, 7);
    if (uart.absent)
        return;
    if (divisor && reg < 2)
        uart.divisor[reg] = value;
    else if (reg == 0)
        transmit(value);
    else if (reg == 1)
        uart.interrupts = value;
    else if (reg == 2)
        uart.fifo = value;
    else if (reg == 3)
        uart.lcr = value;
    else if (reg == 4)
        uart.mcr = value;
    else if (reg == 7)
        uart.scratch = value;
    follow_request();
}

static int set_up(void **state)
{
    (void)state;
    memset(&uart, 0, sizeof(uart));
    uart.base = 0x3F8;
    uart.received = "";
    uart.interrupts = 0x0F; /* as firmware may have left it */
    uart.lcr = 0x80;
    uart.divisor[0] = 12;
    uart.divisor[1] = 7;
    return 0;
}

static void init_sets_115200_8n1(void **state)
{
    (void)state;
    assert_true(uart_init(1));
    assert_int_equal(uart.divisor[0], 1);
    assert_int_equal(uart.divisor[1], 0);
    assert_int_equal(uart.lcr, 0x03);
    assert_int_equal(uart.fifo & 1, 1);
    assert_int_equal(uart.mcr & 0x13, 0x03); /* DTR, RTS; no loop-back */
    assert_int_equal(uart.interrupts, 0);
    assert_int_equal(uart.sent_count, 0);
}

static void com2_is_at_its_base(void **state)
{
    (void)state;
    uart.base = 0x2F8;
    assert_true(uart_init(2));
    assert_int_equal(uart.divisor[0], 1);
}

static void an_empty_fifo_takes_16(void **state)
{
    (void)state;
    uart_init(1);
    for (unsigned i = 0; i < 16; i++) {
        assert_int_equal(uart_room(), 16 - i);
        uart_put((uint8_t)(i + 1));
    }
    assert_int_equal(uart_room(), 0);
    uart.waiting = 1; /* it isn't empty yet */
    assert_int_equal(uart_room(), 0);
    uart.waiting = 0;
    assert_int_equal(uart_room(), 16);
    assert_int_equal(uart.lost, 0);
    assert_int_equal(uart.sent_count, 16);
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(uart.sent[i], i + 1);
}

/* What is left of the room is not increased before all of it was used. */
static void room_is_not_counted_twice(void **state)
{
    (void)state;
    uart_init(1);
    assert_int_equal(uart_room(), 16);
    uart_put('a');
    uart.waiting = 0;
    assert_int_equal(uart_room(), 15);
    assert_int_equal(uart.status_reads, 1);
}

/* As long as there is room for sure, nobody asks the UART. */
static void status_is_read_once_for_a_fifo(void **state)
{
    (void)state;
    uart_init(1);
    for (unsigned i = 0; i < 16 && uart_room() > 0; i++)
        uart_put('x');
    assert_int_equal(uart.status_reads, 1);
}

static void a_busy_transmitter_is_waited_for_by_nobody(void **state)
{
    (void)state;
    uart_init(1);
    uart.waiting = 1;
    assert_int_equal(uart_room(), 0);
    assert_int_equal(uart_room(), 0);
}

/* A shift register at work leaves room in the FIFO, but not all is sent. */
static void the_last_bit_is_waited_for(void **state)
{
    (void)state;
    uart_init(1);
    uart.shifting = 100;
    assert_int_equal(uart_room(), 16);
    uart_wait_sent();
    assert_int_equal(uart.shifting, 0);
    assert_int_equal(uart.status_reads, 101);
}

static void a_stuck_transmitter_is_not_waited_for_for_ever(void **state)
{
    (void)state;
    uart_init(1);
    uart.waiting = 1;
    uart_wait_sent();
    assert_in_range(uart.status_reads, 100000, 10000000);
}

static void without_fifo_one_at_a_time(void **state)
{
    (void)state;
    uart.no_fifo = true;
    assert_true(uart_init(1));
    assert_int_equal(uart_room(), 1);
    uart_put('a');
    assert_int_equal(uart_room(), 0);
    uart.waiting = 0;
    assert_int_equal(uart_room(), 1);
    uart_put('b');
    assert_int_equal(uart.lost, 0);
    assert_int_equal(uart.sent_count, 2);
}

static void an_absent_uart_takes_everything(void **state)
{
    (void)state;
    uart.absent = true;
    assert_false(uart_init(1));
    for (unsigned i = 0; i < 1000; i++) {
        assert_true(uart_room() > 0);
        uart_put('x');
    }
    uart_wait_sent();
    assert_int_equal(uart.sent_count, 0);
    assert_int_equal(uart.status_reads, 0);
}

/* Something that answers, but keeps no value, is no UART. */
static void a_stuck_scratch_register_is_no_uart(void **state)
{
    (void)state;
    uart.bad_scratch = true;
    assert_false(uart_init(1));
}

static void init_again_changes_the_port(void **state)
{
    (void)state;
    uart.absent = true;
    assert_false(uart_init(1));
    uart.absent = false;
    uart.base = 0x2F8;
    assert_true(uart_init(2));
    assert_int_equal(uart_room(), 16);
    uart_put('z');
    assert_int_equal(uart.sent[0], 'z');
}

static void what_is_received(void **state)
{
    (void)state;
    uart_init(1);
    uart.received = "abc";
    assert_int_equal(uart.edges, 0);
    uart_listen();
    assert_int_equal(uart.edges, 1); /* also for what was there already */
    assert_int_equal(uart.mcr & 0x1B, 0x0B);
    assert_int_equal(uart_get(), 'a');
    uart_listen();
    assert_int_equal(uart.edges, 2); /* and for what is left */
    assert_int_equal(uart_get(), 'b');
    assert_int_equal(uart_get(), 'c');
    assert_int_equal(uart_get(), -1);
    uart.received = "\xff";
    follow_request();
    assert_int_equal(uart.edges, 3);
    assert_int_equal(uart_get(), 0xFF);
    assert_int_equal(uart.sent_count, 0);
}

static void nothing_from_an_absent_one(void **state)
{
    (void)state;
    uart.absent = true;
    assert_false(uart_init(1));
    uart_listen();
    assert_int_equal(uart_get(), -1);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(init_sets_115200_8n1),
        TEST(com2_is_at_its_base),
        TEST(what_is_received),
        TEST(nothing_from_an_absent_one),
        TEST(an_empty_fifo_takes_16),
        TEST(room_is_not_counted_twice),
        TEST(status_is_read_once_for_a_fifo),
        TEST(a_busy_transmitter_is_waited_for_by_nobody),
        TEST(the_last_bit_is_waited_for),
        TEST(a_stuck_transmitter_is_not_waited_for_for_ever),
        TEST(without_fifo_one_at_a_time),
        TEST(an_absent_uart_takes_everything),
        TEST(a_stuck_scratch_register_is_no_uart),
        TEST(init_again_changes_the_port),
    };

    return cmocka_run_group_tests_name("uart", tests, NULL, NULL);
}
