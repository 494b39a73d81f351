/* SPDX-License-Identifier: BSD-2-Clause */
/* The trace, as a system partition switches it and reads it. */
#ifndef HV_TRACE_H
#define HV_TRACE_H

#include <stdbool.h>
#include <stdint.h>
#include "hv/trace_point.h"

#define TRACE_READ 32 /* records that one trace_read() moves at most, which bounds it */

/* On, with an empty ring; or off: what the ring holds can be read yet. */
void trace_switch(bool on);

/* How many records trace_read() has to move; of those made since it was switched on the ones that
 * were overwritten unread; all. */
unsigned trace_unread(void);
uint64_t trace_overwritten(void);
uint64_t trace_made(void);

/* Moves the oldest `count` records, of which there are as many, to `to`, of any alignment. */
void trace_read(void *to, unsigned count);

#endif
