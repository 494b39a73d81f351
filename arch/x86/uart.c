/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/x86/uart.h"

/* Registers, as offsets from the base port. The first two are the divisor's while LCR's DLAB is
 * set. */
enum { DATA = 0, INTERRUPTS = 1, DIVISOR_LOW = 0, DIVISOR_HIGH = 1, FIFO = 2, LCR = 3, MCR = 4 };
enum { LSR = 5, SCRATCH = 7 };

#define LCR_8N1         0x03
#define LCR_DLAB        0x80
#define FIFO_ON_CLEARED 0x07 /* enable; clear what was received and what is to be sent */
#define FIFO_WORKS      0xC0 /* both bits, read back at the same register (IIR) */
#define MCR_DTR_RTS     0x03
#define MCR_OUT2        0x08 /* on a PC it lets the interrupt through */
#define ON_RECEIVED     0x01 /* ERBFI */
#define LSR_RECEIVED    0x01 /* DR */
#define LSR_EMPTY       0x20 /* THRE: the holding register, or the whole FIFO, is empty */
#define LSR_SENT        0x40 /* TEMT: so is the shift register */

#define DIVISOR_115200 1 /* 1.8432 MHz / 16 / 115200 */
#define FIFO_DEPTH     16

/* A FIFO's bytes take 1.4 ms: at most 1,400 reads of a port on a PC, more in an emulator. */
#define SENT_POLLS 1000000

static uint16_t base;
static bool present;
static unsigned depth; /* bytes that an empty transmitter takes */
static unsigned room;  /* what is left of them since it was last seen empty */

static uint8_t reg_read(unsigned reg)
{
    return uart_port_read((uint16_t)(base + reg));
}

static void reg_write(unsigned reg, uint8_t value)
{
    uart_port_write((uint16_t)(base + reg), value);
}

static bool scratch_keeps(uint8_t value)
{
    reg_write(SCRATCH, value);
    return reg_read(SCRATCH) == value;
}

static void set_115200_8n1(void)
{
    reg_write(LCR, LCR_DLAB);
    reg_write(DIVISOR_LOW, DIVISOR_115200);
    reg_write(DIVISOR_HIGH, 0);
    reg_write(LCR, LCR_8N1);
}

bool uart_init(unsigned com)
{
    base = com == 2 ? 0x2F8 : 0x3F8;
    depth = 1;
    room = 0;
    present = scratch_keeps(0x5A) && scratch_keeps(0xA5);
    if (!present)
        return false;
    set_115200_8n1();
    reg_write(INTERRUPTS, 0);
    reg_write(FIFO, FIFO_ON_CLEARED);
    reg_write(MCR, MCR_DTR_RTS);
    if ((reg_read(FIFO) & FIFO_WORKS) == FIFO_WORKS)
        depth = FIFO_DEPTH;
    return true;
}

unsigned uart_room(void)
{
    if (!present)
        return FIFO_DEPTH;
    if (room == 0 && (reg_read(LSR) & LSR_EMPTY))
        room = depth;
    return room;
}

void uart_put(uint8_t byte)
{
    if (!present)
        return;
    room--;
    reg_write(DATA, byte);
}

/* The 8259's input is edge-triggered: off and on makes an edge where the request is there. */
void uart_listen(void)
{
    if (!present)
        return;
    reg_write(MCR, MCR_DTR_RTS | MCR_OUT2);
    reg_write(INTERRUPTS, 0);
    reg_write(INTERRUPTS, ON_RECEIVED);
}

int uart_get(void)
{
    return present && (reg_read(LSR) & LSR_RECEIVED) ? reg_read(DATA) : -1;
}

void uart_wait_sent(void)
{
    for (unsigned polls = 0; present && polls < SENT_POLLS; polls++)
        if (reg_read(LSR) & LSR_SENT)
            return;
}
