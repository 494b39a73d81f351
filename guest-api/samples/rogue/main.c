/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tries to break out, one way in each of its lives: most end in a fault, after which the policy
 * fault=restart starts the next. `restarts=` must allow as many lives as there are attempts; at the
 * end the number is printed. Exits with 1 as soon as an attempt gets through. Argument: pause=N
 * waits N milliseconds before each, so that a person can read along.
 */
#include "belfry/hv.h"
#include "attempts.h"

static const struct attempt *const lists[] = {instruction_attempts, memory_attempts,
                                              state_attempts};

/* Attempt `number` of all lists in a row, or NULL past the last. */
static const struct attempt *find(uint32_t number)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        for (const struct attempt *attempt = lists[i]; attempt->what; attempt++)
            if (number-- == 0)
                return attempt;
    return NULL;
}

static void pause(uint64_t milliseconds)
{
    uint64_t start = __builtin_ia32_rdtsc();
    uint64_t length = hv_page()->tsc_hz / 1000 * milliseconds;

    while (__builtin_ia32_rdtsc() - start < length)
        hv_call_vcpu_yield();
}

int main(void)
{
    uint32_t number = hv_page()->restarts;
    const struct attempt *attempt = find(number);
    if (!attempt) {
        hv_printf("%u attempts, and still in here\n", number);
        return 0;
    }

    pause(hv_arg("pause", 0));
    hv_printf("attempt %u: %s\n", number + 1, attempt->what);
    if (attempt->run(attempt->argument)) {
        hv_printf("attempt %u GOT THROUGH: a hole in the hypervisor\n", number + 1);
        return 1;
    }
    hv_printf("attempt %u: no effect, as should be\n", number + 1);
    hv_call_partition_restart();
}
