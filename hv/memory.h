/* SPDX-License-Identifier: BSD-2-Clause */
/* Physical memory, handed out once at boot and never taken back. Pure. */
#ifndef HV_MEMORY_H
#define HV_MEMORY_H

#include <stdint.h>
#include "hv/boot_info.h"

/* Each reservation can split a range in two. */
#define MEMORY_RANGES (2 * BOOT_RANGES + BOOT_MODULES)

struct memory {
    unsigned count;
    struct boot_range ranges[MEMORY_RANGES]; /* free, sorted by address, whole pages */
};

/* Starts with the available ranges of `info`, rounded inwards to whole pages. */
void memory_init(struct memory *memory, const struct boot_info *info);

/* Takes [start, end), rounded outwards to whole pages, out of what is free. */
void memory_reserve(struct memory *memory, uint64_t start, uint64_t end);

/* The physical address of `bytes` (> 0, rounded up to whole pages) of free memory, aligned to
 * `alignment` (a power of two, >= 4096), lowest first; 0 where no range has as much. */
uint64_t memory_take(struct memory *memory, uint64_t bytes, uint64_t alignment);

/* All the bytes still free; those of the largest range. */
uint64_t memory_free(const struct memory *memory);
uint64_t memory_largest(const struct memory *memory);

#endif
