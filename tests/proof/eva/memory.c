/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory: what a boot loader may hand over, any of it; and then one reservation or one
 * request of any size from tables of some lengths, the empty and the full one among them. Each
 * length is taken in turn, since Eva does not remember that a range's index is below their number.
 */
#include "hv/memory.h"
#include "any.h"
#include "belfry/hv_abi.h"
#include "hv/compiler.h"

#define FEW  3 /* tables of so few ranges may hold any, longer ones hold three pages in four */
#define PAGE ((uint64_t)HV_PAGE_SIZE)

static struct memory memory;

static void take_over(void)
{
    struct boot_info info;

    info.range_count = (unsigned)any;
    any_bytes(info.ranges, sizeof(info.ranges));
    memory_init(&memory, &info);
    memory_free(&memory);
    memory_largest(&memory);
}

static void fill(unsigned count)
{
    memory.count = count;
    any_bytes(memory.ranges, sizeof(memory.ranges));
    if (count <= FEW)
        return;
    for (unsigned i = 0; i < count; i++)
        memory.ranges[i] = (struct boot_range){(4 * i + 1) * PAGE, (4 * i + 4) * PAGE};
}

/* Of a range and its neighbours. */
static void reserve_at(unsigned count, unsigned index)
{
    fill(count);
    memory_reserve(&memory, any_of(4 * index * PAGE, (4 * index + 5) * PAGE),
                   any_of(4 * index * PAGE, (4 * index + 5) * PAGE));
}

static void reserve(unsigned count)
{
    fill(count);
    memory_reserve(&memory, any, any);
}

static void take(unsigned count)
{
    fill(count);
    memory_take(&memory, any, PAGE << any_of(0, 51));
}

void eva_memory(void)
{
    take_over();
    for (unsigned count = 0; count <= FEW; count++) {
        reserve(count);
        take(count);
    }
    for (unsigned count = MEMORY_RANGES - 1; count <= MEMORY_RANGES; count++) {
        reserve_at(count, 0);
        reserve_at(count, count / 2);
        reserve_at(count, count - 1);
    }
}
