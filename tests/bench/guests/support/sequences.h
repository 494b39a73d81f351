/* SPDX-License-Identifier: BSD-2-Clause */
/* sequences.asm, for C: what is counted there, and how many instructions of it are its own. */
#ifndef BENCH_SEQUENCES_H
#define BENCH_SEQUENCES_H

#include <stdint.h>
#include "belfry/hv_abi.h"

enum {
    GAP_ROUND = 6,
    TURN_OWN = 9,
    TURN_BETWEEN = 3,
    NOTE_BEFORE = 1,
    PAIR_BETWEEN = 3,
    SLED_LOOK = 2,
};

struct gap {
    uint32_t lost, back; /* the looks at the TSC before and after it */
};

struct cost {
    uint64_t instructions;
    int64_t result;
};

struct gap gap(void);
struct cost measure_call(uint64_t number, uint64_t first, uint64_t second, uint64_t third);
struct cost measure_nothing(uint64_t number, uint64_t first, uint64_t second, uint64_t third);
void give_turns(uint32_t *figures, uint64_t turns);

extern const char empty_entry[], noting_entry[], first_entry[], second_entry[];
extern volatile uint64_t noted_rip;
extern volatile uint32_t noted_tsc, first_left, second_came;

uint32_t sled(void);
extern const char sled_nops[], sled_end[];

/* What came between two looks, from the trap to its return. */
static inline uint64_t gap_cost(void)
{
    struct gap found = gap();
    return found.back - found.lost - GAP_ROUND;
}

/* One line for what was measured: its name and its figures. */
#define SAMPLES        9
#define FIGURES_FORMAT "%s %lu %lu %lu %lu %lu %lu %lu %lu %lu"
#define FIGURES(f)     (f)[0], (f)[1], (f)[2], (f)[3], (f)[4], (f)[5], (f)[6], (f)[7], (f)[8]

#endif
