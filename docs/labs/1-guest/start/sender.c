/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sends bytes on the second serial port, one at each of the port's interrupts, and counts the
 * timer's ticks meanwhile. The port is driven already; the rest is yours.
 *
 * Arguments: bytes=, how many to send; ticks=, how many to wait for at least; status=, the exit
 * code.
 */
#include "belfry/hv.h"
#include "belfry/port.h"

/* The 16550 (PC16550D data sheet, section 8), without its FIFO. */
enum { COM2 = 0x2F8, DATA = COM2, INTERRUPT_ENABLE = COM2 + 1 };
enum { TRANSMITTER_EMPTY = 0x02 };

/* From here on vector HV_VECTOR_COM2 occurs each time the port can take a byte: now, and again when
 * one was sent. */
static void port_start(void)
{
    hv_port_write(INTERRUPT_ENABLE, TRANSMITTER_EMPTY);
}

static void port_send(char byte)
{
    hv_port_write(DATA, (uint8_t)byte);
}

static void port_stop(void)
{
    hv_port_write(INTERRUPT_ENABLE, 0);
}

int main(void)
{
    uint64_t bytes = hv_arg("bytes", 100);

    port_start();
    for (uint64_t i = 0; i < bytes; i++)
        port_send((char)('a' + i % 26)); /* and the interrupts? */
    port_stop();
    hv_printf("bytes %lu, interrupts 0\n", bytes);
    return 0;
}
