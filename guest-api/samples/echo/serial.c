/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers of the 16550: PC16550D data sheet, section 8. */
#include "serial.h"
#include "belfry/hv.h"
#include "belfry/port.h"
#include "belfry/ring.h"

enum {
    COM2 = 0x2F8,
    DATA = COM2 + 0,
    INTERRUPT_ENABLE = COM2 + 1, /* with DLAB: the divisor's high byte; DATA is its low one */
    FIFO_CONTROL = COM2 + 2,
    LINE_CONTROL = COM2 + 3,
    MODEM_CONTROL = COM2 + 4,
    LINE_STATUS = COM2 + 5,
};

enum { DLAB = 0x80, EIGHT_N_ONE = 0x03 };          /* LINE_CONTROL */
enum { FIFO_ENABLE_AND_CLEAR = 0x07 };             /* FIFO_CONTROL; interrupts at one byte */
enum { DTR_RTS = 0x03, OUT2 = 0x08 };              /* MODEM_CONTROL; OUT2 lets interrupts out */
enum { RECEIVED = 0x01 };                          /* INTERRUPT_ENABLE */
enum { DATA_READY = 0x01, TRANSMIT_EMPTY = 0x20 }; /* LINE_STATUS */

static struct hv_ring received;

/* The line is edge-triggered: only an empty FIFO lets the next byte make an edge, so it is emptied,
 * also where the ring is full and bytes are dropped. */
static void on_serial(const struct hv_upcall *upcall, void *context)
{
    (void)upcall;
    (void)context;
    while (hv_port_read(LINE_STATUS) & DATA_READY)
        hv_ring_put(&received, hv_port_read(DATA));
}

int64_t serial_init(void)
{
    int64_t status = hv_irq_register(HV_VECTOR_COM2, on_serial, NULL);
    if (status < 0)
        return status;

    hv_port_write(LINE_CONTROL, DLAB | EIGHT_N_ONE);
    hv_port_write(DATA, 1); /* 115200 / 1 */
    hv_port_write(INTERRUPT_ENABLE, 0);
    hv_port_write(LINE_CONTROL, EIGHT_N_ONE);
    hv_port_write(FIFO_CONTROL, FIFO_ENABLE_AND_CLEAR);
    hv_port_write(MODEM_CONTROL, DTR_RTS | OUT2);
    hv_port_write(INTERRUPT_ENABLE, RECEIVED);
    return 0;
}

uint8_t serial_read(void)
{
    return hv_ring_wait(&received);
}

void serial_write(const char *text)
{
    for (; *text; text++) {
        while (!(hv_port_read(LINE_STATUS) & TRANSMIT_EMPTY))
            hv_call_vcpu_yield();
        hv_port_write(DATA, (uint8_t)*text);
    }
}
