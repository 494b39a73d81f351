/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A model of the PC's pair of 8259A with its ELCR, as the data sheet (order 231468) has it: an
 * input must stay high until the acknowledge cycle, or the controller answers with its input 7 and
 * sets no in-service bit. (QEMU's 8259 latches edges for ever, so it never does that.)
 */
#ifndef MODEL_8259_H
#define MODEL_8259_H

#include <stdbool.h>
#include <stdint.h>

struct model_write {
    uint16_t port;
    uint8_t value;
};

#define MODEL_NO_LINE 16

/* Powers it on: nothing requested, nothing masked, not initialised; the ELCR reads `elcr`. */
void model_8259_reset(uint16_t elcr);

/* The ports: 0x20, 0x21, 0xA0, 0xA1, 0x4D0, 0x4D1. Any other is a failure of the test. */
uint8_t model_8259_read(uint16_t port);
void model_8259_write(uint16_t port, uint8_t value);

/* Drives an input (0 to 15, not 2). */
void model_8259_input(unsigned line, bool high);
/* The same: low in the next acknowledge cycle after the master has decided and before the slave
 * has. */
void model_8259_fall_in_cycle(unsigned line);

/* Whether INTR is asserted to the CPU. */
bool model_8259_requests(void);
/* The CPU's acknowledge cycle: answers the vector. */
uint8_t model_8259_acknowledge(void);

/* Bit n: line n; bit 2 is the cascade. */
uint16_t model_8259_in_service(void);
uint16_t model_8259_masks(void);

/* The writes since the last reset or model_8259_forget(), oldest first. */
extern struct model_write model_8259_writes[64];
extern unsigned model_8259_write_count;
extern unsigned model_8259_read_count;
void model_8259_forget(void);

#endif
