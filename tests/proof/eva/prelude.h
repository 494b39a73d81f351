/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What Eva reads before each file. It reads hv/ without annotations (tests/proof/eva/eva.py says
 * why), so without those that its C library has: here the functions that hv/ uses of that look at
 * the ends of what they are given, so that it is seen where one is not there.
 */
#ifndef PRELUDE_H
#define PRELUDE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Eva's own. */
void *Frama_C_memcpy(void *to, const void *from, size_t length);
void *Frama_C_memset(void *to, int value, size_t length);

static inline void *copy_bytes(void *to, const void *from, size_t length)
{
    const uint8_t *source = from;
    uint8_t *target = to;

    if (length == 0)
        return to;
    target[0] = source[0];
    target[length - 1] = source[length - 1];
    return Frama_C_memcpy(to, from, length);
}

static inline void *set_bytes(void *to, int value, size_t length)
{
    uint8_t *target = to;

    if (length == 0)
        return to;
    target[0] = (uint8_t)value;
    target[length - 1] = (uint8_t)value;
    return Frama_C_memset(to, value, length);
}

static inline size_t text_length(const char *text)
{
    size_t length = 0;

    while (text[length] != '\0')
        length++;
    return length;
}

/* Not defined for 0, as the compiler's: the division is seen then. It looks no further than the
 * highest bit, which Eva knows where a word is one of few. */
static inline int count_trailing_zeros(unsigned long long word)
{
    int bit = 0 * (int)(1 / word);

    while (bit < 63 && word >> bit > 1 && !(word >> bit & 1))
        bit++;
    return bit;
}

#define memcpy           copy_bytes
#define memset           set_bytes
#define strlen           text_length
#define __builtin_memcpy copy_bytes
#define __builtin_ctzll  count_trailing_zeros

/* Frama-C 25 does not know it. */
#define _Alignas(bytes)

#endif
