/* SPDX-License-Identifier: BSD-2-Clause */
/* The 8254. Facts: Intel 8254 data sheet (order 231164), "Control word format" and "Mode 2". */
#ifndef X86_PIT_H
#define X86_PIT_H

#include <stdint.h>

/* How this file reaches its ports and the time stamp counter; a model on the host stands in. */
uint8_t pit_port_read(uint16_t port);
void pit_port_write(uint16_t port, uint8_t value);
uint64_t pit_read_tsc(void);

/* Starts channel 0 as a rate generator (mode 2) with `divisor`, 2 to 65535. */
void pit_start(uint16_t divisor);

/* TSC ticks in a second, measured against channel 0 over about 4 ms; 0 where the counter does not
 * move: the measurement is bounded by a number of reads, not by the counter. Leaves channel 0
 * running with divisor 65536. */
uint64_t pit_measure_tsc(void);

#endif
