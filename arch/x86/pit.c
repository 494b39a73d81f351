/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/x86/pit.h"
#include <stdbool.h>

enum { CHANNEL_0 = 0x40, CONTROL = 0x43 };

#define PIT_HZ    1193182 /* the PC's: 14.31818 MHz / 12 */
#define RATE_MODE 0x34    /* channel 0, low byte then high byte, mode 2, binary */
#define LATCH     0x00    /* hold channel 0's count for the next two reads */

#define MEASURED 4772 /* counts: 4 ms */
/* A read of the count is three port accesses: 3 us on a PC, so that a dead counter costs 3 s. Where
 * an emulator lets time pass by instructions alone a read may take no more than 10 ns; then the
 * measurement takes 400,000 of them. */
#define READS_MAX 1000000
#define ATTEMPTS  32

/* A TSC outside of these is none, or not one that a clock can be made of. */
#define TSC_HZ_MIN PIT_HZ
#define TSC_HZ_MAX 100000000000ull

/* A look at the counter and the TSC. */
struct look {
    uint16_t count; /* of channel 0, downwards */
    uint64_t tsc;
    uint64_t took; /* TSC ticks since the look before */
};

void pit_start(uint16_t divisor)
{
    pit_port_write(CONTROL, RATE_MODE);
    pit_port_write(CHANNEL_0, (uint8_t)divisor);
    pit_port_write(CHANNEL_0, (uint8_t)(divisor >> 8));
}

static uint16_t read_count(void)
{
    uint8_t low;

    pit_port_write(CONTROL, LATCH);
    low = pit_port_read(CHANNEL_0);
    return (uint16_t)(low | pit_port_read(CHANNEL_0) << 8);
}

/* Counts from one value of the counter to a later one. From 1 it goes to 65536, which reads 0: the
 * same as 16 bits wrap. */
static uint16_t counts_between(uint16_t from, uint16_t to)
{
    return (uint16_t)(from - to);
}

static void look_at(struct look *look)
{
    uint64_t before = look->tsc;

    look->count = read_count();
    look->tsc = pit_read_tsc();
    look->took = look->tsc - before;
}

/* Looks until the counter is at least `counts` after `from`; *longest is the longest that a look
 * took. Takes the reads that it needs from *reads; false where they do not suffice. */
static bool look_until(uint16_t from, uint16_t counts, uint32_t *reads, struct look *look,
                       uint64_t *longest)
{
    *longest = 0;
    while (*reads > 0) {
        --*reads;
        look_at(look);
        if (look->took > *longest)
            *longest = look->took;
        if (counts_between(from, look->count) >= counts)
            return true;
    }
    return false;
}

static uint64_t rate(uint64_t ticks, uint16_t counts)
{
    uint64_t hz;

    if (ticks > TSC_HZ_MAX) /* that many for one count: moved backwards; keeps the product small */
        return 0;
    hz = ticks * PIT_HZ / counts;
    return hz >= TSC_HZ_MIN && hz <= TSC_HZ_MAX ? hz : 0;
}

/* Measures once. True where it is not worth another try: nothing came between, or no read is left.
 * What comes between is an emulator's host that has other things to do, or system management mode:
 * where the count and the TSC are read it makes the two differ, elsewhere it does no harm below a
 * round of the counter, 55 ms, in which the 4 ms measured are less than an eighth. */
static bool measure(uint32_t *reads, uint64_t *hz)
{
    struct look look = {0};
    uint64_t longest;

    /* Both ends are changes of the counter, so that no part of a count is lost. */
    look_at(&look);
    if (!look_until(look.count, 1, reads, &look, &longest))
        return true;
    struct look start = look;
    if (!look_until(start.count, MEASURED, reads, &look, &longest))
        return true;
    uint64_t whole = look.tsc - start.tsc;
    *hz = rate(whole, counts_between(start.count, look.count));
    return start.took <= whole / 64 && look.took <= whole / 64 && longest <= whole - whole / 8;
}

uint64_t pit_measure_tsc(void)
{
    uint32_t reads = READS_MAX;
    uint64_t hz = 0;

    pit_start(0); /* 65536 */
    for (unsigned attempt = 0; attempt < ATTEMPTS && !measure(&reads, &hz); attempt++)
        ;
    return hz;
}
