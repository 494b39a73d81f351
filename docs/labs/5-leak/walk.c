/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes from pages all over its memory, each of which says which it is: 64 in a row from each
 * power of two on. With `talk=N` it is the one beside it, and speaks for N ticks from wherever a
 * small guest may. What the console shows must be what was written.
 */
#include "belfry/hv.h"

enum { FIRST_POWER = 9, ROW = 64, TEXT = 32 };

static uint64_t ticks;
static char page[HV_PAGE_SIZE] __attribute__((aligned(HV_PAGE_SIZE))) = "data\n";

static void on_tick(const struct hv_upcall *upcall, void *context)
{
    (void)context;
    ticks += upcall->count;
}

static void wait_ticks(uint64_t count)
{
    hv_irq_disable();
    for (uint64_t end = ticks + count; ticks < end; hv_irq_disable())
        hv_call_vcpu_wait();
}

/* The vCPU page, which is page 0, and those of data and stack. */
static void talk(uint64_t times)
{
    char stack[] = "stack\n";

    for (; times > 0; times--) {
        hv_write(hv_page()->args, 5);
        hv_putchar('\n');
        hv_write(page, 5);
        hv_write(stack, sizeof(stack) - 1);
        wait_ticks(1);
    }
}

static char *address_of(uint64_t number)
{
    return (char *)hv_page() + number * HV_PAGE_SIZE;
}

static void walk_row(uint64_t first, uint64_t pages)
{
    for (uint64_t n = first; n < first + ROW && n < pages; n++) {
        int length = hv_snprintf(address_of(n), TEXT, "page %lu\n", n);
        hv_write(address_of(n), (size_t)length);
    }
}

int main(void)
{
    uint64_t pages = hv_page()->mem_size / HV_PAGE_SIZE + 1; /* and the vCPU page */

    hv_irq_register(HV_VECTOR_PIT, on_tick, NULL);
    if (hv_arg("talk", 0)) {
        talk(hv_arg("talk", 0));
        return 0;
    }
    for (uint64_t first = 1 << FIRST_POWER; first < pages; first *= 2) {
        walk_row(first, pages);
        wait_ticks(2); /* the other speaks in between */
    }
    return 0;
}
