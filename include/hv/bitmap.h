/* SPDX-License-Identifier: BSD-2-Clause */
/* Bits of 64-bit words: the only place that shifts. */
#ifndef HV_BITMAP_H
#define HV_BITMAP_H

#include <stdbool.h>
#include <stdint.h>

/* A vector is named by (word, bit); 256 vectors take four words. */
#define BITMAP_WORDS 4

static inline unsigned bitmap_word(unsigned vector)
{
    return vector >> 6;
}

static inline unsigned bitmap_bit(unsigned vector)
{
    return vector & 63;
}

static inline bool bit_get(uint64_t word, unsigned bit)
{
    return (word >> bit) & 1;
}

static inline uint64_t bit_set(uint64_t word, unsigned bit)
{
    return word | UINT64_C(1) << bit;
}

static inline uint64_t bit_clear(uint64_t word, unsigned bit)
{
    return word & ~(UINT64_C(1) << bit);
}

/* The lowest bit that is set, or 64 where none is. */
static inline unsigned bit_first(uint64_t word)
{
#ifdef __FRAMAC__
    unsigned bit = 0;
    while (bit < 64 && !bit_get(word, bit))
        bit++;
    return bit;
#else
    return word ? (unsigned)__builtin_ctzll(word) : 64;
#endif
}

#endif
