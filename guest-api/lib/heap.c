/* SPDX-License-Identifier: BSD-2-Clause */
#include "heap.h"
#include <stdint.h>

#define UNIT     sizeof(struct heap_block) /* blocks begin and end at multiples of it */
#define SIZE_TOP (SIZE_MAX / 2)            /* no block is so large: sums below don't overflow */

_Static_assert(UNIT == 16, "malloc() promises addresses that are multiples of 16");

static struct heap_block *block_of(const void *memory)
{
    return (struct heap_block *)(uintptr_t)memory - 1;
}

static char *end_of(struct heap_block *block)
{
    return (char *)block + block->size;
}

/* What a block of so many bytes takes. */
static size_t whole(size_t size)
{
    return UNIT + (size + UNIT - 1) / UNIT * UNIT;
}

void heap_init(struct heap *heap, void *memory, size_t size)
{
    struct heap_block *all = memory;

    if (size < 2 * UNIT)
        return;
    all->size = size / UNIT * UNIT;
    all->next = NULL;
    heap->free.next = all;
    heap->start = memory;
    heap->end = end_of(all);
}

/* Cuts a block in two where something is left for the second; answers that, or NULL. */
static struct heap_block *cut(struct heap_block *block, size_t size)
{
    if (block->size - size < 2 * UNIT)
        return NULL;
    struct heap_block *rest = block + size / UNIT;
    rest->size = block->size - size;
    block->size = size;
    return rest;
}

void *heap_take(struct heap *heap, size_t size)
{
    struct heap_block *before = &heap->free;

    if (size > SIZE_TOP)
        return NULL;
    while (before->next && before->next->size < whole(size))
        before = before->next;
    struct heap_block *block = before->next;
    if (!block)
        return NULL;

    struct heap_block *rest = cut(block, whole(size));
    before->next = block->next;
    if (rest) {
        rest->next = block->next;
        before->next = rest;
    }
    block->next = block;
    return block + 1;
}

bool heap_has(const struct heap *heap, const void *memory)
{
    uintptr_t address = (uintptr_t)memory;

    if (address % UNIT != 0 || address < (uintptr_t)heap->start + UNIT ||
        address > (uintptr_t)heap->end)
        return false;
    return block_of(memory)->next == block_of(memory);
}

/* Makes one of a free block and the next, where nothing is between them. */
static void unite(struct heap_block *block)
{
    struct heap_block *next = block->next;

    if (!next || end_of(block) != (char *)next)
        return;
    block->size += next->size;
    block->next = next->next;
}

static void give(struct heap *heap, struct heap_block *block)
{
    struct heap_block *before = &heap->free;

    while (before->next && before->next < block)
        before = before->next;
    block->next = before->next;
    before->next = block;
    unite(block);
    unite(before);
}

void heap_give(struct heap *heap, void *memory)
{
    give(heap, block_of(memory));
}

void heap_trim(struct heap *heap, void *memory, size_t size)
{
    struct heap_block *rest = cut(block_of(memory), whole(size));

    if (rest)
        give(heap, rest);
}

size_t heap_size(const void *memory)
{
    return block_of(memory)->size - UNIT;
}
