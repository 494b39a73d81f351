/* SPDX-License-Identifier: BSD-2-Clause */
/* What trap_entry.asm calls: one function for each way in, with interrupts off, on the hypervisor's
 * stack. */
#ifndef X86_TRAP_H
#define X86_TRAP_H

#include <stdint.h>
#include "hv/frame.h"

/* An exception, with all registers in *frame. Returns only where the current guest caused it. */
void trap_exception(struct frame *frame);

/* An interrupt of lines 1 to 15, at `vector`. */
void trap_interrupt(uint64_t vector);

/* An interrupt at a vector that has no source: it is counted. */
void trap_stray(void);

/* Line 0. */
void trap_tick(void);

/* An NMI: it belongs to the machine, and is counted. */
void trap_nmi(void);

/* The current guest is to resume at an address that is not a user's. */
void trap_bad_rip(void);

/* Stops the machine with a report: what happened, the registers, the current vCPU, a backtrace. */
_Noreturn void trap_stop(const struct frame *frame, const char *what);

#endif
