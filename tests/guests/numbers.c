/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VERSION, and ENOSYS for every number that is no call, all 64 bits of it counted.
 *
 * system: numbers
 */
#include "guest.h"

static bool is_call(uint64_t number)
{
    return number <= 1 || (number >= 10 && number <= 13) || (number >= 30 && number <= 38);
}

/* The first number in the range that answers anything else, or `end`. */
static uint64_t first_known(uint64_t start, uint64_t end)
{
    uint64_t bad = (uint64_t)-1; /* as an argument it is bad for every call */
    for (uint64_t number = start; number < end; number++)
        if (!is_call(number) && call(number, bad, bad, bad) != HV_ENOSYS)
            return number;
    return end;
}

void run(void)
{
    IS(call(HV_CALL_VERSION), 0x00010000, "VERSION");
    IS(call(HV_CALL_VERSION, -1, -1, -1), 0x00010000, "VERSION looks at no argument");
    IS(first_known(0, 4096), 4096, "ENOSYS for 0 to 4095");
    static const uint64_t highs[] = {1ul << 8,  1ul << 16, 1ul << 31,         1ul << 32,
                                     1ul << 47, 1ul << 63, 0xFFFFFFFF00000000};
    for (size_t i = 0; i < ARRAY_LENGTH(highs); i++) {
        for (uint64_t low = 0; low < 64; low++)
            if (call(highs[i] + low, 0, 0, 0) != HV_ENOSYS)
                OK(false, "ENOSYS for 0x%lx", highs[i] + low);
        OK(true, "ENOSYS for 0x%lx and what follows", highs[i]);
    }
    for (int64_t number = -300; number < 0; number++)
        if (call(number, 0, 0, 0) != HV_ENOSYS)
            OK(false, "ENOSYS for %ld", number);
    OK(true, "ENOSYS for negative numbers");
}
