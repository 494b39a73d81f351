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

/* A TSC outside of these is none, or not one that a clock can be made of. */
#define TSC_HZ_MIN PIT_HZ
#define TSC_HZ_MAX 100000000000ull

struct moment {
    uint16_t count; /* of channel 0, downwards */
    uint64_t tsc;
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

/* Finds the first moment at least `counts` after the counter was at `from`. Takes the reads that it
 * needs from *reads; false where they do not suffice. */
static bool moment_after(uint16_t from, uint16_t counts, uint32_t *reads, struct moment *moment)
{
    while (*reads > 0) {
        --*reads;
        moment->count = read_count();
        moment->tsc = pit_read_tsc();
        if (counts_between(from, moment->count) >= counts)
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

uint64_t pit_measure_tsc(void)
{
    struct moment start;
    struct moment end;
    uint32_t reads = READS_MAX;

    pit_start(0); /* 65536 */
    /* Both moments are changes of the counter, so that no part of a count is lost. */
    if (!moment_after(read_count(), 1, &reads, &start))
        return 0;
    if (!moment_after(start.count, MEASURED, &reads, &end))
        return 0;
    return rate(end.tsc - start.tsc, counts_between(start.count, end.count));
}
