/* SPDX-License-Identifier: BSD-2-Clause */
/* Sleeps until the next tick of line 0, again and again, until `ms` after power-on; then it exits.
 * For icount alone. */
#include "guest.h"

static void ignore(struct hv_upcall *frame, struct registers *entry)
{
    (void)frame;
    (void)entry;
}

void run(void)
{
    uint64_t end = argument("ms", 100) * 1000000;
    on_upcall = ignore;
    call(HV_CALL_IRQ_REGISTER, HV_VECTOR_PIT, upcall_entry);
    while (rdtsc() < end)
        call(HV_CALL_VCPU_WAIT);
    call(HV_CALL_PARTITION_EXIT, 0);
}
