/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"
#include <stdio.h>
#include <stdlib.h>

void expect_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: expected %s\n", file, line, condition);
    abort();
}

uint8_t *exact_bytes(size_t size)
{
    uint8_t *bytes = malloc(size + 1);

    if (!bytes)
        abort();
    return bytes + 1;
}

void exact_free(uint8_t *bytes)
{
    free(bytes - 1);
}

/* Draws bytes by xorshift64 (Marsaglia 2003). */
static uint8_t *draw(uint8_t *to, uint64_t seed)
{
    uint64_t state = seed * 0x9E3779B97F4A7C15 + 1;

    for (unsigned i = 0; i < EXPANSION; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        *to++ = (uint8_t)(state >> 32);
    }
    return to;
}

struct input input_expanded(const uint8_t *data, size_t size)
{
    static uint8_t bytes[1 << 16];
    const uint8_t *end = data + size;
    uint8_t *to = bytes;

    while (data < end && to + EXPANSION <= bytes + sizeof(bytes)) {
        if (*data != 0xFF || end - data < 3) {
            *to++ = *data++;
            continue;
        }
        to = draw(to, data[1] | (uint64_t)data[2] << 8);
        data += 3;
    }
    return (struct input){bytes, to};
}
