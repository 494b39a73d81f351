/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes the hypervisor's paths as long as a guest can. Each of its lives ends by another fault, or
 * by a restart, with all vectors registered that it was granted, and with all of them outstanding.
 * In between: calls that reach over the end of a page, and as much as the console takes. It exits
 * `ms` milliseconds after power-on.
 */
#include "guest.h"
#include "sequences.h"

#define PAGES 3

static uint8_t pages[PAGES * HV_PAGE_SIZE] __attribute__((aligned(HV_PAGE_SIZE)));
static const uint8_t fills[] = {'x', '\n', 1}; /* a letter; a line; what is shown as an escape */

static void register_all(void)
{
    for (unsigned vector = HV_VECTOR_LINE; vector < HV_VECTORS; vector++) {
        call(HV_CALL_IRQ_REGISTER, vector, empty_entry);
        call(HV_CALL_IRQ_RAISE, vector, 0);
    }
}

static void reach_over_pages(uint64_t flood)
{
    uint8_t *end = pages + HV_PAGE_SIZE;
    __builtin_memset(pages, fills[PAGE->restarts % ARRAY_LENGTH(fills)], sizeof(pages));
    call(HV_CALL_IRQ_STATS, HV_VECTOR_VIRTUAL, end - 20, sizeof(struct hv_irq_stats));
    for (unsigned i = 0; i < 100 * flood; i++) {
        call(HV_CALL_CONSOLE_WRITE, end - 1 - i, HV_CONSOLE_MAX);
        call(HV_CALL_CONSOLE_WRITE, end, 1);
    }
}

/* Upcall after upcall, each of which raises the vector again. */
static void be_interrupted(void)
{
    interrupts_enable();
    for (unsigned i = 0; i < 100; i++)
        call(HV_CALL_IRQ_RAISE, HV_VECTOR_VIRTUAL + i % 64, 0);
    interrupts_disable();
}

/* An upcall is due, and no stack is there for it. */
static void lose_stack(void)
{
    PAGE->irq_disabled = 0;
    __asm__ volatile("mov $64, %%esp\n\tint $0x80" : : "a"(HV_CALL_IRQ_POLL));
}

static void return_from_nothing(void)
{
    call(HV_CALL_IRQ_RETURN);
}

static void read_nothing(void)
{
    __asm__ volatile("mov 64, %eax");
}

static void restart(void)
{
    call(HV_CALL_PARTITION_RESTART);
}

static void (*const ends[])(void) = {restart, lose_stack, return_from_nothing, read_nothing};

void run(void)
{
    register_all();
    be_interrupted();
    reach_over_pages(argument("flood", 0));
    register_all();
    ends[(argument("first", 0) + PAGE->restarts) % ARRAY_LENGTH(ends)]();
}
