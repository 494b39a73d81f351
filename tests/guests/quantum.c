/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting and yielding give up the rest of a turn: two partitions that do so a thousand times need
 * far less than a tick for each.
 *
 * system: a vector=48
 * system: b vector=48
 * hv: quantum=100
 * qemu: icount
 */
#include "guest.h"

void run(void)
{
    uint64_t start = rdtsc();
    for (unsigned i = 0; i < 1000; i++)
        if (call(HV_CALL_VCPU_YIELD) != 0)
            OK(false, "yield %u", i);
    uint64_t ticks = (rdtsc() - start) / tick_cycles();
    OK(ticks < 1000, "1000 yields took %lu ticks", ticks);
}
