/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/console_turns.h"
#include "hv/bitmap.h"
#include "hv/check.h"

_Static_assert(CONFIG_PARTITIONS <= 64, "sets of partitions are words");

/* What a look at one source costs, in bytes scanned. */
#define VISIT 16

void turns_init(struct turns *turns, uint32_t ticks)
{
    turns->ready = turns->unread = turns->found = 0;
    turns->waiting = turns->aged = turns->overdue = turns->flushed = 0;
    turns->scanned = turns->spoken = CONFIG_PARTITIONS - 1; /* 0 is the next */
    for (unsigned i = 0; i < CONFIG_PARTITIONS; i++)
        source_init(&turns->sources[i]);
    turns_pace(turns, ticks);
}

void turns_pace(struct turns *turns, uint32_t ticks)
{
    turns->period = turns->left = ticks;
}

void turns_written(struct turns *turns, unsigned i)
{
    turns->unread = bit_set(turns->unread, i);
}

void turns_flush(struct turns *turns, unsigned i)
{
    if (source_used(&turns->sources[i]) > 0)
        turns->flushed = bit_set(turns->flushed, i);
}

void turns_flush_all(struct turns *turns)
{
    for (unsigned i = 0; i < CONFIG_PARTITIONS; i++)
        turns_flush(turns, i);
}

static void release(struct turns *turns, unsigned i)
{
    struct source *source = &turns->sources[i];

    source->released = source->scanned;
    turns->ready = bit_set(turns->ready, i);
    turns->found = bit_clear(turns->found, i);
    turns->waiting = bit_clear(turns->waiting, i);
    turns->aged = bit_clear(turns->aged, i);
    turns->overdue = bit_clear(turns->overdue, i);
    if (source->released == source->tail)
        turns->flushed = bit_clear(turns->flushed, i);
}

/* Decides what follows when all that was released has been shown. */
static void settle(struct turns *turns, unsigned i)
{
    const struct source *source = &turns->sources[i];
    bool partial = !bit_get(turns->unread, i) && source_used(source) > 0;
    bool at_once = bit_get(turns->flushed | turns->overdue, i) || source_room(source) == 0;

    if (bit_get(turns->found, i) || (partial && at_once))
        release(turns, i);
    else if (partial)
        turns->waiting = bit_set(turns->waiting, i);
}

static void scan(struct turns *turns, unsigned i, uint32_t limit)
{
    struct source *source = &turns->sources[i];

    if (source_scan(source, limit))
        turns->found = bit_set(turns->found, i);
    if (source->scanned == source->tail)
        turns->unread = bit_clear(turns->unread, i);
    if (!bit_get(turns->ready, i))
        settle(turns, i);
}

/* The next one of `set` (not empty) after `last`, round robin. */
static unsigned next_of(uint64_t set, unsigned last)
{
    uint64_t later = set & (UINT64_MAX << last << 1);

    CHECK(set != 0);
    return bit_first(later ? later : set);
}

uint32_t turns_scan(struct turns *turns, uint32_t budget)
{
    while (budget > VISIT && turns_to_scan(turns) != 0) {
        unsigned i = next_of(turns_to_scan(turns), turns->scanned);
        uint64_t start = turns->sources[i].scanned;

        turns->scanned = i;
        scan(turns, i, budget - VISIT);
        budget -= VISIT + (uint32_t)(turns->sources[i].scanned - start);
    }
    return budget;
}

unsigned turns_next(struct turns *turns)
{
    turns->spoken = next_of(turns->ready, turns->spoken);
    return turns->spoken;
}

void turns_shown(struct turns *turns, unsigned i)
{
    turns->ready = bit_clear(turns->ready, i);
    settle(turns, i);
}
