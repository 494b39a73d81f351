/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ticks of line 0 against the TSC, to the tick. For icount alone, where a TSC tick is a nanosecond
 * and the 8254 is exact.
 */
#ifndef TEST_CLOCK_H
#define TEST_CLOCK_H

#include "guest.h"

#define NS_PER_S 1000000000ul

extern uint64_t clock_told, clock_upcalls; /* of vector 32, as its upcalls told */

/* For the handler: an upcall of vector 32 that found this TSC. */
void clock_on_tick(const struct hv_upcall *frame, uint64_t now);

/* Waits for a tick that comes while this guest is running, by which all others are counted; vector
 * 32 is registered. Leaves interrupts enabled. */
void clock_start(void);

/* Ticks that line 0 has made since vector 32 was registered, in 256ths, by the TSC. Rounding puts
 * it a few 256ths off. */
uint64_t clock_fine(uint64_t tsc);

/* The stats, read between a quarter and a half of the way from one tick to the next, so that
 * rounding can hide none: what the TSC says of `raised` then is *expected. Disables interrupts. */
struct hv_irq_stats clock_look(uint64_t *expected);

#endif
