/* SPDX-License-Identifier: BSD-2-Clause */
/* What is drawn: numbers, addresses, registers. */
#include "chaos.h"

#define HYPERVISOR 0xFFFFFFFF80100000 /* where it is linked; docs/internals.md */
#define DIRECT_MAP 0xFFFF800000000000 /* where it sees physical memory */
#define USER_END   0x0000800000000000

struct arena arena;

static uint64_t state;

/* SplitMix64: any seed is as good as another. */
uint64_t draw(void)
{
    uint64_t z = state += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
}

void draw_from(uint64_t seed, uint64_t life)
{
    state = seed;
    state = draw() ^ life;
}

uint64_t below(uint64_t n)
{
    return (draw() >> 32) * n >> 32;
}

bool one_in(uint64_t n)
{
    return below(n) == 0;
}

static uint64_t memory_end(void)
{
    return start_state.registers.rsp;
}

static uint64_t stack_bottom(void)
{
    return memory_end() - HV_STACK_SIZE;
}

uint64_t own_address(void)
{
    switch (below(9)) {
    case 0:
        return HV_MEM_BASE + below((uint64_t)wild_end - HV_MEM_BASE) / HV_PAGE_SIZE * HV_PAGE_SIZE -
               below(9);
    case 1:
        return (uint64_t)wild + below((uint64_t)(wild_end - wild));
    case 2:
        return stack_bottom() + below(16384);
    case 3:
        return stack_bottom() - below(HV_PAGE_SIZE); /* the guard page */
    case 4:
        return memory_end() - below(17);
    case 5:
        return (uint64_t)PAGE + below(HV_PAGE_SIZE);
    case 6:
        return (uint64_t)arena.stack + below(STACK_SIZE / 2);
    default:
        return (uint64_t)arena.noise + below(NOISE_SIZE);
    }
}

uint64_t foreign_address(void)
{
    switch (below(8)) {
    case 0:
        return below(HV_MEM_BASE); /* below its memory; page 0 */
    case 1:
        return memory_end() + (draw() >> 24);
    case 2:
        return USER_END - 16 + below(32);
    case 3:
        return HYPERVISOR + below(0x80000);
    case 4:
        return DIRECT_MAP + below(1ul << 29);
    case 5:
        return -below(4096); /* the last page */
    case 6:
        return (USER_END << below(16)) + below(256) - 128; /* mostly not canonical */
    default:
        return draw();
    }
}

uint64_t odd(void)
{
    switch (below(7)) {
    case 0:
        return below(512);
    case 1:
        return (1ul << below(64)) + below(3) - 1;
    case 2:
        return -below(65);
    case 3:
        return foreign_address();
    case 4:
        return draw();
    default:
        return own_address();
    }
}

uint64_t odd_stack(void)
{
    switch (below(8)) {
    case 0:
        return foreign_address();
    case 1:
        return stack_bottom() + below(512) - 128; /* the frame reaches into the guard page */
    case 2:
        return (uint64_t)PAGE + below(HV_PAGE_SIZE);
    case 3:
        return own_address();
    case 4:
        return memory_end() + below(256); /* the frame is the end of the memory */
    default:
        return GOOD_STACK - below(1024); /* good, but for its alignment */
    }
}

struct registers odd_registers(void)
{
    struct registers in;
    uint64_t *each = (uint64_t *)&in;
    for (unsigned i = 0; i < 16; i++)
        each[i] = odd();
    in.rsp = GOOD_STACK;
    in.rflags =
        FLAG_ALWAYS | FLAG_IF |
        (draw() & (FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF | FLAG_AC | FLAG_ID));
    return in;
}
