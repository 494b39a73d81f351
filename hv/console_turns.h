/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which partition may show what, and when: whole lines, in turn; a partial line when it need not
 * wait. Nobody looks for newlines when bytes are written, which would take thousands of
 * instructions: scans of a bounded length do, one line ahead of the wire. Pure.
 */
#ifndef HV_CONSOLE_TURNS_H
#define HV_CONSOLE_TURNS_H

#include <stdbool.h>
#include <stdint.h>
#include "hv/config.h"
#include "hv/console_source.h"

struct turns {
    /* Sets of partitions: bit n is partition n. */
    uint64_t ready;   /* have released bytes: a line, or what there is of one */
    uint64_t unread;  /* have bytes not scanned */
    uint64_t found;   /* are scanned to the end of a line that is not released yet */
    uint64_t waiting; /* have a partial line, scanned and not released */
    uint64_t aged;    /* of these: waited at the end of a period already */
    uint64_t overdue; /* of these: waited at the end of two */
    uint64_t flushed; /* what they wrote without a newline is not to wait */

    unsigned scanned; /* who was scanned last */
    unsigned spoken;  /* who spoke last */
    uint32_t period;  /* ticks */
    uint32_t left;    /* ticks of this period */
    struct source sources[CONFIG_PARTITIONS];
};

/* Nothing written; a period of `ticks` (> 0). */
void turns_init(struct turns *turns, uint32_t ticks);
void turns_pace(struct turns *turns, uint32_t ticks);

/* Bytes were appended to source i. */
void turns_written(struct turns *turns, unsigned i);

/* What source i has without a newline is not to wait; what all have. */
void turns_flush(struct turns *turns, unsigned i);
void turns_flush_all(struct turns *turns);

/* Counts ticks. What waits at the end of two periods is overdue. */
static inline void turns_tick(struct turns *turns)
{
    if (--turns->left > 0)
        return;
    turns->left = turns->period;
    turns->overdue |= turns->aged;
    turns->aged = turns->waiting;
}

/* Whose next line is to be found, and whose partial line is not to wait any longer. */
static inline uint64_t turns_to_scan(const struct turns *turns)
{
    return (turns->unread & ~turns->found) | (turns->waiting & (turns->flushed | turns->overdue));
}

/* Scans, round robin, with `budget` bytes; answers what is left of them. */
uint32_t turns_scan(struct turns *turns, uint32_t budget);

/* Who speaks next; one must be ready. */
unsigned turns_next(struct turns *turns);

/* All that source i had released has been shown. */
void turns_shown(struct turns *turns, unsigned i);

#endif
