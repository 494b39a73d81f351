/* SPDX-License-Identifier: BSD-2-Clause */
/* Values that may be anything: Eva takes what is volatile to be all of its type at once. */
#ifndef ANY_H
#define ANY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static volatile uint8_t any_byte;
static volatile uint64_t any;

/* From `low` to `high`. */
static inline uint64_t any_of(uint64_t low, uint64_t high)
{
    uint64_t value = any;

    return value >= low && value <= high ? value : low;
}

static inline bool any_bool(void)
{
    return any_of(0, 1) == 1;
}

static inline void any_bytes(void *bytes, size_t length)
{
    memset(bytes, any_byte, length);
}

#endif
