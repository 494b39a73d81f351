/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a page of its neighbour, partition 1, from partition 0.
 *
 * What partition_memory() remembers is found again by a key in which a page's number has 16 bits,
 * and the partition's comes next to them. Page 65536 + n of partition 0 so has the key of page n of
 * partition 1: where that one has just written from there, CONSOLE_WRITE takes its page for mine.
 * It needs more than 256 MiB.
 */
#include "belfry/hv.h"

enum { FIRST_BEYOND = 1 << 16, ROUNDS = 10 };

/* The keeper is small: its data end within these, and of them the lowest is page 1. */
enum { LAST = 24 };

static uint64_t ticks;

static void on_tick(const struct hv_upcall *upcall, void *context)
{
    (void)context;
    ticks += upcall->count;
}

/* The keeper is told of a tick too, and writes at it. */
static void wait_ticks(uint64_t count)
{
    hv_irq_disable();
    for (uint64_t end = ticks + count; ticks < end; hv_irq_disable())
        hv_call_vcpu_wait();
}

int main(void)
{
    const char *beyond = (const char *)hv_page() + (uint64_t)FIRST_BEYOND * HV_PAGE_SIZE;

    hv_irq_register(HV_VECTOR_PIT, on_tick, NULL);
    for (unsigned round = 0; round < ROUNDS; round++) {
        wait_ticks(2);
        for (unsigned page = 1; page <= LAST; page++)
            hv_write(beyond + page * HV_PAGE_SIZE, 256);
        hv_putchar('\n');
    }
    return 0;
}
