/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/memory.h"

#include "belfry/hv_abi.h"

#define PAGE_MASK ((uint64_t)HV_PAGE_SIZE - 1)

/* Rounds up to a multiple of `unit`, a power of two; to the last multiple where the next one would
 * be 2^64. */
static uint64_t round_up(uint64_t value, uint64_t unit)
{
    uint64_t mask = unit - 1;

    return value > UINT64_MAX - mask ? ~mask : (value + mask) & ~mask;
}

static void remove_range(struct memory *memory, unsigned index)
{
    memory->count--;
    for (unsigned i = index; i < memory->count; i++)
        memory->ranges[i] = memory->ranges[i + 1];
}

static void insert_range(struct memory *memory, unsigned index, struct boot_range range)
{
    for (unsigned i = memory->count; i > index; i--)
        memory->ranges[i] = memory->ranges[i - 1];
    memory->ranges[index] = range;
    memory->count++;
}

/* Replaces a range by the two parts of it that stay free, either of which may be empty. Where the
 * table has no space for both, the smaller one is given up. */
static void split_range(struct memory *memory, unsigned index, struct boot_range low,
                        struct boot_range high)
{
    uint64_t low_size = low.end - low.start;
    uint64_t high_size = high.end - high.start;

    if (low_size == 0 && high_size == 0) {
        remove_range(memory, index);
        return;
    }
    memory->ranges[index] = low_size >= high_size ? low : high;
    if (low_size == 0 || high_size == 0 || memory->count == MEMORY_RANGES)
        return;
    memory->ranges[index] = low;
    insert_range(memory, index + 1, high);
}

void memory_init(struct memory *memory, const struct boot_info *info)
{
    memory->count = 0;
    for (unsigned i = 0; i < info->range_count && i < BOOT_RANGES; i++) {
        struct boot_range range = {
            .start = round_up(info->ranges[i].start, HV_PAGE_SIZE),
            .end = info->ranges[i].end & ~PAGE_MASK,
        };
        if (range.start == 0) /* address 0 is the answer "none" */
            range.start = HV_PAGE_SIZE;
        if (range.start < range.end)
            insert_range(memory, memory->count, range);
    }
}

void memory_reserve(struct memory *memory, uint64_t start, uint64_t end)
{
    if (start >= end)
        return;
    start &= ~PAGE_MASK;
    end = round_up(end, HV_PAGE_SIZE);
    /* From the last, so that a split or a removal moves only ranges already seen. */
    for (unsigned i = memory->count; i-- > 0;) {
        struct boot_range range = memory->ranges[i];
        if (range.end <= start || end <= range.start)
            continue;
        struct boot_range low = {range.start, start > range.start ? start : range.start};
        struct boot_range high = {end < range.end ? end : range.end, range.end};
        split_range(memory, i, low, high);
    }
}

uint64_t memory_take(struct memory *memory, uint64_t bytes, uint64_t alignment)
{
    if (bytes == 0 || bytes > UINT64_MAX - PAGE_MASK)
        return 0;
    bytes = round_up(bytes, HV_PAGE_SIZE);
    for (unsigned i = 0; i < memory->count; i++) {
        const struct boot_range *range = &memory->ranges[i];
        uint64_t start = round_up(range->start, alignment);
        if (start < range->start || start >= range->end || range->end - start < bytes)
            continue;
        memory_reserve(memory, start, start + bytes);
        return start;
    }
    return 0;
}

static uint64_t size_of(const struct boot_range *range)
{
    return range->end - range->start;
}

uint64_t memory_free(const struct memory *memory)
{
    uint64_t bytes = 0;

    for (unsigned i = 0; i < memory->count; i++)
        bytes += size_of(&memory->ranges[i]);
    return bytes;
}

uint64_t memory_largest(const struct memory *memory)
{
    uint64_t most = 0;

    for (unsigned i = 0; i < memory->count; i++)
        if (size_of(&memory->ranges[i]) > most)
            most = size_of(&memory->ranges[i]);
    return most;
}
