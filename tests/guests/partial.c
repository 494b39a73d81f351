/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A partial line is shown after a short time, whatever hz= says: it is ended where another
 * partition speaks before the rest of it comes, half a second later.
 *
 * system: partial
 * system: other -- talks=40
 * hv: hz=19 quantum=1
 * qemu: icount
 * expect: ^partial: half$
 * expect: ^partial:  a line$
 */
#include "guest.h"

void run(void)
{
    uint64_t talks = argument("talks", 0);
    for (uint64_t i = 0; i < talks; i++) {
        OK(true, "line %lu", i);
        spin_us(20000);
    }
    if (talks)
        return;
    int64_t first = call(HV_CALL_CONSOLE_WRITE, "half", 4);
    spin_us(500000);
    int64_t second = call(HV_CALL_CONSOLE_WRITE, " a line\n", 8);
    OK(first == 4 && second == 8, "a line in two halves");
}
