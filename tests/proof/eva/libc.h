/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the compiler brings, said so that Eva judges it: a copy reads and writes its first and its
 * last byte, so a range that leaves an array is seen. Included before each file.
 */
#ifndef LIBC_H
#define LIBC_H

#include <stddef.h>
#include <stdint.h>

void *Frama_C_memcpy(void *to, const void *from, size_t length);

static inline void *memcpy(void *to, const void *from, size_t length)
{
    const uint8_t *source = from;
    uint8_t *target = to;

    if (length == 0)
        return to;
    target[0] = source[0];
    target[length - 1] = source[length - 1];
    return Frama_C_memcpy(to, from, length);
}

/* Undefined where no bit is set: then it divides by 0. */
static inline int count_trailing_zeros(unsigned long long word)
{
    int bit = 0 * (int)(1 / word);

    while (bit < 63 && !(word >> bit & 1))
        bit++;
    return bit;
}

#define __builtin_memcpy memcpy
#define __builtin_ctzll  count_trailing_zeros

#endif
