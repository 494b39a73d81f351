/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C's malloc and its like. The heap is the partition's memory from the image's end, the linker's
 * symbol _end, to the stack's guard page; so `mem=` says how large it is. When the partition starts
 * again after a fault, it is whole again.
 *
 * The first free block that is large enough is taken, the lowest; neighbours that are free are
 * united. Each block costs 16 bytes more. All four may be called from handlers: they disable
 * interrupts for as long as it takes to walk along the free blocks.
 */
#ifndef BELFRY_MALLOC_H
#define BELFRY_MALLOC_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A block of at least `size` bytes, 0 included, whose address is a multiple of 16; or NULL where
 * there is none. Its bytes have any value. */
void *malloc(size_t size);

/* The same for `count` times `size` bytes, all 0; NULL also where that is more than a size_t holds.
 */
void *calloc(size_t count, size_t size);

/* Makes a block smaller or larger, at the same address or another; its bytes stay. Answers the
 * block, or NULL, and then the old one is as it was. A `memory` of NULL is a new block. */
void *realloc(void *memory, size_t size);

/* Gives a block back; NULL is none. What is no block in use ends the guest, as hv_panic() does, as
 * far as it can be seen. */
void free(void *memory);

#ifdef __cplusplus
}
#endif

#endif
