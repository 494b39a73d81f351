/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sends bytes on the second serial port, one at each of the port's interrupts, and counts the
 * timer's ticks meanwhile.
 *
 * Arguments: bytes=, how many to send; ticks=, how many to wait for at least; status=, the exit
 * code.
 */
#include "belfry/hv.h"
#include "belfry/port.h"

/* The 16550 (PC16550D data sheet, section 8), without its FIFO. */
enum { COM2 = 0x2F8, DATA = COM2, INTERRUPT_ENABLE = COM2 + 1 };
enum { TRANSMITTER_EMPTY = 0x02 };

static uint64_t ticks;
static uint64_t bytes, sent, interrupts;

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

static void on_tick(const struct hv_upcall *upcall, void *context)
{
    (void)context;
    ticks += upcall->count; /* an upcall brings all that ticked while the others had the CPU */
}

static void on_port(const struct hv_upcall *upcall, void *context)
{
    (void)context;
    interrupts += upcall->count;
    if (sent < bytes)
        port_send((char)('a' + sent++ % 26));
}

/* Every byte is followed by an interrupt, and one comes before the first. */
static bool is_sent(void)
{
    return interrupts > bytes;
}

int main(void)
{
    uint64_t least = hv_arg("ticks", 300);

    bytes = hv_arg("bytes", 100);
    hv_irq_register(HV_VECTOR_PIT, on_tick, NULL);
    hv_irq_register(HV_VECTOR_COM2, on_port, NULL);
    port_start();
    while (ticks < least || !is_sent()) {
        hv_call_vcpu_wait();
        hv_irq_disable(); /* so that nothing comes between the look and the wait */
    }
    port_stop();
    /* No tick is counted behind this: what is said now is all there will be. */
    int64_t discarded = hv_irq_unregister(HV_VECTOR_PIT);
    hv_irq_unregister(HV_VECTOR_COM2);
    hv_printf("ticks %lu, discarded %ld\n", ticks, discarded);
    hv_printf("bytes %lu, interrupts %lu\n", sent, interrupts);
    return (int)hv_arg("status", 0);
}
