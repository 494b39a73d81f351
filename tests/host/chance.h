/* SPDX-License-Identifier: BSD-2-Clause */
/* Chance, the same in each run: xorshift64. */
#ifndef TEST_CHANCE_H
#define TEST_CHANCE_H

#include <stdint.h>

static uint64_t chance_state = 0x9E3779B97F4A7C15;

static inline uint64_t chance64(void)
{
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return chance_state;
}

/* 0 to limit - 1. */
static inline uint64_t chance(uint64_t limit)
{
    return chance64() % limit;
}

#endif
