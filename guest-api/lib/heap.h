/* SPDX-License-Identifier: BSD-2-Clause */
/* Blocks of one range of memory; malloc() without the partition around it. */
#ifndef LIB_HEAP_H
#define LIB_HEAP_H

#include <stdbool.h>
#include <stddef.h>

/* Before each block's bytes. */
struct heap_block {
    size_t size;             /* with this */
    struct heap_block *next; /* the next free one; while it is in use, itself */
};

/* All 0 at first: no memory. */
struct heap {
    struct heap_block free; /* before the first free block; they stand in the order of addresses */
    char *start;
    char *end;
};

/* `memory` is a multiple of 16. */
void heap_init(struct heap *heap, void *memory, size_t size);

/* A block's bytes, or NULL. */
void *heap_take(struct heap *heap, size_t size);

/* Whether that is a block in use. */
bool heap_has(const struct heap *heap, const void *memory);

/* For a block in use: gives it back; gives back what is above `size`; how many bytes it has. */
void heap_give(struct heap *heap, void *memory);
void heap_trim(struct heap *heap, void *memory, size_t size);
size_t heap_size(const void *memory);

#endif
