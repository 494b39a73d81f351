/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console: a buffer for each partition and one for the hypervisor, shown on one wire that is
 * never waited for. Guests' bytes wait here as they were written; names and escapes are added on
 * the way out. Each line on the wire belongs to one source and begins with its name; the
 * hypervisor's own lines begin with "Belfry: ", which no partition can be called.
 */
#ifndef HV_CONSOLE_H
#define HV_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>
#include "hv/compiler.h"

/* Bytes put on the wire in one step at most, names and escapes included: what bounds
 * console_step(). */
#define CONSOLE_STEP 8

/* Ticks in the period of console_tick(), until console_pace(). */
#define CONSOLE_PARTIAL 25

/* Forgets everything, every partition's name and console_pace() too. */
void console_init(void);

/* A partial line is shown when it has waited `ticks` ticks at least, and twice as many at most. */
void console_pace(uint32_t ticks);

/* Names partition `source` (0 to CONFIG_PARTITIONS - 1). `name` is kept, not copied. */
void console_name(unsigned source, const char *name);

/* How many bytes a guest's write to `source` can take now: 0 to HV_CONSOLE_MAX. */
unsigned console_room(unsigned source);

/* Appends `length` bytes of a guest, at most console_room(source). */
void console_write(unsigned source, const uint8_t *bytes, unsigned length);

/*
 * Appends a line of the hypervisor's about partition `source`, in order with what the guest wrote
 * and in its name, after ending a partial line of the guest. `text` is without newline, printable,
 * and at most 191 bytes. Space for one such line is kept apart from the guest's 4 KiB. Returns
 * false, appending nothing, where it is still in use: try again later.
 */
bool console_report(unsigned source, const char *text);

/* Appends a line of the hypervisor's own, cut at 511 bytes; they are shown before the partitions'.
 * 8 KiB wait for the wire; a line that does not fit is dropped and counted, and a later line says
 * how many were. */
void console_print(const char *format, ...) PRINTF_LIKE(1, 2);

/* A partial line of `source` is shown now: its guest has stopped. */
void console_flush(unsigned source);

/* Whether there is something to show, now or, where it is a partial line, some ticks later. */
bool console_unshown(void);

/* Counts a tick, for partial lines. While nothing is unshown it need not be called. */
void console_tick(void);

/* Whether console_step() has something to do. */
bool console_busy(void);

/*
 * Puts at most CONSOLE_STEP bytes on the wire, as many as it takes without waiting. Returns true
 * where a further call would have something to do: to show, now or when the wire is ready again, or
 * to look for the end of a line, which is done in steps as well. A partial line that still waits
 * does not count. Bounded: some hundred instructions; a few where there is nothing to do.
 */
bool console_step(void);

/* Shows everything, partial lines too, and ends the last line; waits for the wire, but not for
 * ever: a wire that takes nothing for long is given up. For the boot and for the end alone. */
void console_drain(void);

#endif
