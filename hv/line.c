/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/line.h"

void lines_init(struct lines *lines, uint16_t level, uint32_t limit)
{
    *lines = (struct lines){.limit = limit};
    for (unsigned n = 0; n < HV_LINES; n++)
        lines->line[n].level = (level >> n) & 1;
    /* The PIT's line is the hypervisor's own clock, edge-triggered on every PC. */
    lines->line[0].level = false;
}

bool line_is_open(const struct lines *lines, unsigned n)
{
    const struct line *line = &lines->line[n];

    if (n == 0)
        return true;
    return line->registered && !line->held && !line->waiting;
}

void line_register(struct lines *lines, unsigned n)
{
    lines->line[n].registered = true;
}

void line_unregister(struct lines *lines, unsigned n)
{
    lines->line[n].registered = false;
    lines->line[n].waiting = false;
}

void line_restart(struct lines *lines, unsigned n)
{
    lines->line[n].held_before = lines->line[n].held_ticks;
}

static void hold(struct lines *lines, unsigned n)
{
    lines->line[n].held = true;
    lines->line[n].held_ticks++;
    lines->held |= 1u << n;
}

void line_raise(struct lines *lines, unsigned n, uint64_t now)
{
    struct line *line = &lines->line[n];

    line->raised++;
    if (!line->registered) {
        line->unclaimed++;
        return;
    }
    if (line->level) {
        line->waiting = true;
        return;
    }
    if (line->tick != now) {
        line->tick = now;
        line->burst = 0;
    }
    if (++line->burst >= lines->limit && !line->held)
        hold(lines, n);
}

void line_served(struct lines *lines, unsigned n)
{
    lines->line[n].waiting = false;
}

uint32_t lines_release(struct lines *lines)
{
    uint32_t released = lines->held;

    for (unsigned n = 0; n < HV_LINES; n++)
        lines->line[n].held = false;
    lines->held = 0;
    return released;
}

uint64_t line_held(const struct lines *lines, unsigned n)
{
    return lines->line[n].held_ticks - lines->line[n].held_before;
}
