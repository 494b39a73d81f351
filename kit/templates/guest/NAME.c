/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest of Belfry: counts ticks, says how many, and exits.
 *
 * Built by `make`. Its line in a system, which grants what it asks for (line 0, the timer):
 *     module /@NAME@/@NAME@.elf @NAME@ line=0 -- ticks=100
 */
#include "belfry/hv.h"

static uint64_t ticks;

/* An upcall: interrupts are disabled until it returns, which acknowledges all that it brought. */
static void on_tick(const struct hv_upcall *upcall, void *context)
{
    (void)context;
    ticks += upcall->count; /* more than one, where others had the CPU meanwhile */
}

/* It begins with interrupts disabled; VCPU_WAIT enables them and returns after an upcall. */
int main(void)
{
    uint64_t wanted = hv_arg("ticks", 100);

    hv_printf("started with \"%s\"\n", hv_page()->args);
    if (hv_irq_register(HV_VECTOR_PIT, on_tick, NULL) < 0) {
        hv_printf("may not use the timer: line=0 is missing in the system\n");
        return 1;
    }
    while (ticks < wanted) {
        hv_call_vcpu_wait();
        hv_irq_disable(); /* so that no tick comes between the look at them and the wait */
    }
    hv_printf("%lu ticks and more\n", wanted);
    return 0;
}
