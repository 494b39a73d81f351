/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sixteen 8259 lines: open, closed (nobody registered) or held (for the rest of a tick), and
 * their counters. Pure: each operation says whether the line is to be open at the controller; the
 * caller makes it so.
 */
#ifndef HV_LINE_H
#define HV_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include "belfry/hv_abi.h"

struct line {
    uint32_t burst; /* occurrences in tick `tick`, of an edge-triggered line */
    uint64_t tick;
    uint64_t raised;
    uint64_t held_ticks;
    uint64_t held_before; /* held_ticks when the owner last started */
    uint64_t spurious;
    uint64_t unclaimed;
};

struct lines {
    uint32_t limit; /* burst=: an edge-triggered line is held at this many in one tick */
    /* Sets: bit n is line n. */
    uint16_t level;      /* level-triggered, as the ELCR said at boot, less … */
    uint16_t at_once;    /* … the one that is served at once */
    uint16_t registered; /* somebody has its vector registered */
    uint16_t held;       /* edge: came too often in this tick */
    uint16_t waiting;    /* level: raised, and its service has not ended */
    struct line line[HV_LINES];
};

/* All closed. Bit n of `level`: line n is level-triggered. */
void lines_init(struct lines *lines, uint16_t level, uint32_t limit);

/* Whether the line is to be open at the controller now. Line 0 always runs. */
bool line_is_open(const struct lines *lines, unsigned line);

/* Somebody has registered its vector, or nobody has any longer. */
void line_register(struct lines *lines, unsigned line);
void line_unregister(struct lines *lines, unsigned line);

/* The line is served at once, as it is raised. So where it is level-triggered there is no service
 * to wait for, and it is held back as an edge-triggered one. */
void line_serve_at_once(struct lines *lines, unsigned line);

/* The line's owner starts afresh: `held` counts from 0. */
void line_restart(struct lines *lines, unsigned line);

/* Counts an occurrence in tick `now` (line 0's: not held back, so without). */
void line_raise(struct lines *lines, unsigned line, uint64_t now);

/* A service of its vector has ended: a level-triggered line may come again. */
void line_served(struct lines *lines, unsigned line);

/* A new tick: what was held no longer is. Returns the lines that were, one bit each. */
uint16_t lines_release(struct lines *lines);

/* Ticks in which the line was held back, since its owner last started. */
uint64_t line_held(const struct lines *lines, unsigned line);

#endif
