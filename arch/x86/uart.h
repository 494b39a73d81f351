/* SPDX-License-Identifier: BSD-2-Clause */
/* The console's 16550 UART: what it sends is polled. Facts: National Semiconductor PC16550D data
 * sheet, section 8.
 */
#ifndef X86_UART_H
#define X86_UART_H

#include <stdbool.h>
#include <stdint.h>

/* How this file reaches its ports; a model on the host stands in. */
uint8_t uart_port_read(uint16_t port);
void uart_port_write(uint16_t port, uint8_t value);

/* Uses COM1 or COM2 (com = 1 or 2): 115200 8N1, FIFOs on, no interrupts yet. false where no UART
 * answers (its scratch register does not keep a value); uart_room() then always answers as if the
 * wire took everything, so that nobody waits for it. */
bool uart_init(unsigned com);

/* How many bytes it takes now without waiting: 16 when the FIFO is empty and has not been filled
 * since (1 where the UART has no FIFO), less each one put since, else 0. */
unsigned uart_room(void);

/* Puts one byte; only where uart_room() > 0. */
void uart_put(uint8_t byte);

/* Interrupts from now on where a byte was received, and at once where one was already. */
void uart_listen(void);

/* The next byte that was received, or -1. */
int uart_get(void);

/* Waits until all that was put is on the wire, but not for ever. */
void uart_wait_sent(void);

#endif
