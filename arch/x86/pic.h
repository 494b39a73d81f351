/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 8259A pair. One 16-bit shadow of the masks; the cascade's bit is derived from it. Facts:
 * Intel 8259A data sheet (order 231468), "Initialization command words" and "Operation command
 * words"; the ELCR: Intel 82371SB (PIIX) data sheet, ports 0x4D0 and 0x4D1.
 */
#ifndef X86_PIC_H
#define X86_PIC_H

#include <stdbool.h>
#include <stdint.h>

/* How this file reaches its ports: two functions, so that a model on the host can stand in. */
uint8_t pic_port_read(uint16_t port);
void pic_port_write(uint16_t port, uint8_t value);

/* Programs both controllers: lines 0 to 15 at vectors `base` to base + 15, all masked. */
void pic_init(uint8_t base);

/* Opens or closes one line (0 to 15, not 2). */
void pic_open(unsigned line);
void pic_close(unsigned line);

/* Whether the interrupt that arrived for `line` is real: its in-service bit is set. Only lines 7
 * and 15 can be spurious; the others answer true without a port access. */
bool pic_is_real(unsigned line);

/* Ends an interrupt at the controllers: slave, then master; for a spurious one (real == false) of
 * line 7 none, of line 15 the master only. */
void pic_end(unsigned line, bool real);

/* Bit n: line n is level-triggered, as the ELCR says. */
uint16_t pic_level_lines(void);

#endif
