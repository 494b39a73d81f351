/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a debugger looks at: tests/kit/test_gdb.py. With still=1 it waits for ever, with numbers of
 * its own in its registers; with busy=MS it calls look() now and then. Else it brings its vectors
 * 48 to 50 into each state, notes what IRQ_STATS says of them, and calls look().
 */
#include "belfry/hv.h"
#include "belfry/time.h"

#define VECTORS 3

/* Names that the hypervisor has, too. */
uint64_t cpu, partitions[2];
static volatile uint64_t lines, route;

struct hv_irq_stats stats[VECTORS];

__attribute__((noinline)) static void look(void)
{
    __asm__ volatile("");
}

static void note_and_look(void)
{
    for (unsigned i = 0; i < VECTORS; i++)
        hv_call_irq_stats(48 + i, &stats[i], sizeof(stats[i]));
    look();
}

static void raise(unsigned vector, unsigned count)
{
    while (count-- > 0)
        hv_call_irq_raise(vector, 0);
}

static void on_raise(const struct hv_upcall *upcall, void *context)
{
    (void)context;
    if (upcall->count < 3)
        return;
    raise(48, 1);
    note_and_look(); /* in service, with one more */
}

__attribute__((noreturn)) static void stay(void)
{
    __asm__ volatile("mov $0x1001, %%ebx\n"
                     "mov $0x1002, %%ecx\n"
                     "mov $0x1003, %%edx\n"
                     "mov $0x1004, %%esi\n"
                     "mov $0x1005, %%edi\n"
                     "mov $0x1006, %%ebp\n"
                     "mov $0x1008, %%r8d\n"
                     "mov $0x1009, %%r9d\n"
                     "mov $0x1010, %%r10d\n"
                     "mov $0x1011, %%r11d\n"
                     "mov $0x1012, %%r12d\n"
                     "mov $0x1013, %%r13d\n"
                     "mov $0x1014, %%r14d\n"
                     "mov $0x1015, %%r15d\n"
                     "mov %0, %%eax\n"
                     "int $0x80\n"
                     "ud2" ::"i"(HV_CALL_VCPU_WAIT));
    __builtin_unreachable();
}

/* Calls look() after each `ms` milliseconds, and never waits. */
__attribute__((noreturn)) static void be_busy(uint64_t ms)
{
    for (uint64_t last = hv_time_ns();; last += ms * 1000000) {
        while (hv_time_ns() - last < ms * 1000000)
            ;
        look();
    }
}

int main(void)
{
    uint64_t ms = hv_arg("busy", 0);
    lines = route = 1;

    if (ms)
        be_busy(ms);
    for (unsigned i = 0; i < VECTORS; i++)
        hv_irq_register(48 + i, on_raise, NULL);
    if (hv_arg("still", 0))
        stay();
    hv_call_irq_mask(49);
    raise(48, 3);
    raise(49, 2);
    raise(50, 1);
    note_and_look(); /* pending; masked and pending; pending */
    hv_irq_enable();
    hv_irq_disable();
    hv_irq_unregister(49);
    note_and_look(); /* all acknowledged, but what was discarded */
    return 0;
}
