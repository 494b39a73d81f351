/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/line.h"

#define TIMER 0x0001u /* the PIT's line: the hypervisor's own clock, edge-triggered on every PC */

static uint16_t with(uint16_t set, unsigned n)
{
    return (uint16_t)(set | 1u << n);
}

static uint16_t without(uint16_t set, unsigned n)
{
    return (uint16_t)(set & ~(1u << n));
}

void lines_init(struct lines *lines, uint16_t level, uint32_t limit)
{
    *lines = (struct lines){.limit = limit, .level = level & (uint16_t)~TIMER};
}

bool line_is_open(const struct lines *lines, unsigned n)
{
    unsigned open = (lines->registered & ~lines->held & ~lines->waiting) | TIMER;

    return open >> n & 1;
}

void line_register(struct lines *lines, unsigned n)
{
    lines->registered = with(lines->registered, n);
}

void line_unregister(struct lines *lines, unsigned n)
{
    lines->registered = without(lines->registered, n);
    lines->waiting = without(lines->waiting, n);
}

void line_serve_at_once(struct lines *lines, unsigned n)
{
    lines->at_once = lines->level & with(0, n);
    lines->level = without(lines->level, n);
}

void line_restart(struct lines *lines, unsigned n)
{
    lines->line[n].held_before = lines->line[n].held_ticks;
}

static void hold(struct lines *lines, unsigned n)
{
    if (lines->held >> n & 1)
        return;
    lines->held = with(lines->held, n);
    lines->line[n].held_ticks++;
}

void line_raise(struct lines *lines, unsigned n, uint64_t now)
{
    struct line *line = &lines->line[n];

    line->raised++;
    if (!(lines->registered >> n & 1)) {
        line->unclaimed++;
        return;
    }
    if (lines->level >> n & 1) {
        lines->waiting = with(lines->waiting, n);
        return;
    }
    if (line->tick != now) {
        line->tick = now;
        line->burst = 0;
    }
    if (++line->burst >= lines->limit)
        hold(lines, n);
}

void line_served(struct lines *lines, unsigned n)
{
    lines->waiting = without(lines->waiting, n);
}

uint16_t lines_release(struct lines *lines)
{
    uint16_t released = lines->held;

    lines->held = 0;
    return released;
}

uint64_t line_held(const struct lines *lines, unsigned n)
{
    return lines->line[n].held_ticks - lines->line[n].held_before;
}
