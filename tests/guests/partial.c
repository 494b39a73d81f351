/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A partial line is shown after a short time, whatever hz= says: it is ended where another
 * partition speaks before the rest of it comes, half a second later.
 *
 * system: partial line=0
 * system: other line=0 -- talks=20
 * hv: hz=19
 * qemu: icount
 * expect: ^partial: half$
 * expect: ^partial:  a line$
 */
#include "guest.h"

static uint64_t ticks;

static void count(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    ticks += frame->count;
}

static void sleep_ticks(uint64_t n)
{
    for (uint64_t end = ticks + n; ticks < end;)
        call(HV_CALL_VCPU_WAIT);
}

void run(void)
{
    uint64_t talks = argument("talks", 0);
    on_upcall = count;
    must_register(HV_VECTOR_PIT);
    for (uint64_t i = 0; i < talks; i++) {
        OK(true, "line %lu", i);
        sleep_ticks(1);
    }
    if (talks)
        return;
    int64_t first = call(HV_CALL_CONSOLE_WRITE, "half", 4);
    sleep_ticks(10);
    int64_t second = call(HV_CALL_CONSOLE_WRITE, " a line\n", 8);
    OK(first == 4 && second == 8, "a line in two halves");
}
