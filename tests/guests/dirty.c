/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets the flags that gates leave as they are, DF and AC, and keeps them set while it makes calls,
 * is interrupted by ticks and by COM2's line, and at last faults. test_ways_in.py looks at what the
 * hypervisor's functions find. trace=1: of a system partition, which has all of that traced.
 */
#include "guest.h"

static void ignore(struct hv_upcall *frame, struct registers *entry)
{
    (void)frame;
    (void)entry;
}

/* `turns` turns, each an edge of COM2's line and a call: C code would not survive DF. */
static void run_dirty(uint64_t turns)
{
    __asm__ volatile("pushfq\n"
                     "orl %1, (%%rsp)\n"
                     "popfq\n"
                     "1: mov $2, %%al\n"
                     "mov $0x2F9, %%edx\n"
                     "outb %%al, %%dx\n"
                     "mov $0, %%al\n"
                     "outb %%al, %%dx\n"
                     "xor %%eax, %%eax\n" /* VERSION */
                     "int $0x80\n"
                     "dec %0\n"
                     "jnz 1b\n"
                     "ud2\n"
                     : "+c"(turns)
                     : "i"(FLAG_DF | FLAG_AC)
                     : "rax", "rdx", "memory", "cc");
}

void run(void)
{
    on_upcall = ignore;
    must_register(HV_VECTOR_COM2);
    must_register(HV_VECTOR_PIT);
    call(HV_CALL_SYSTEM_TRACE, argument("trace", HV_TRACE_OFF));
    run_dirty(argument("turns", 20000));
}
