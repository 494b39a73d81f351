/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Raises line 3 as often as it can, by its ports alone: COM2's "transmitter empty", enabled and
 * disabled, is an edge. From `from` on, in ms after power-on, so many `edges`, or up to `to`;
 * `pause` instructions between two. For icount alone.
 */
#include "guest.h"

enum { COM2_IER = 0x2F9, THRI = 2 };

void run(void)
{
    uint64_t edges = argument("edges", ~0ul), pause = argument("pause", 0), n = 0;
    uint64_t to = argument("to", 10000) * 1000000;
    while (rdtsc() < argument("from", 20) * 1000000)
        call(HV_CALL_VCPU_YIELD);
    for (; n < edges && rdtsc() < to; n++) {
        out8(COM2_IER, THRI);
        out8(COM2_IER, 0);
        for (uint64_t end = rdtsc() + pause; pause && rdtsc() < end;)
            ;
    }
    say("edges %lu", n);
    OK(n > 0, "%lu edges", n);
}
