/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest.h"

void must_register(unsigned vector)
{
    IS(call(HV_CALL_IRQ_REGISTER, vector, upcall_entry), 0, "register vector %u", vector);
}

struct hv_irq_stats stats_of(unsigned vector)
{
    struct hv_irq_stats stats;
    int64_t written = call(HV_CALL_IRQ_STATS, vector, &stats, sizeof(stats));
    if (written != sizeof(stats))
        tap_ok(false, "IRQ_STATS of vector %u answered %ld", vector, (long)written);
    return stats;
}

void spin_us(uint64_t us)
{
    uint64_t end = rdtsc() + us * PAGE->tsc_hz / 1000000;
    while (rdtsc() < end)
        __asm__ volatile("pause");
}

uint64_t tick_cycles(void)
{
    return PAGE->tsc_hz * PAGE->tick_divisor / HV_PIT_HZ;
}

/* The value's first character where the word at `text` is `name=value`, or NULL. */
static const volatile char *value_of(const volatile char *text, const char *name)
{
    while (*name && *text == *name)
        text++, name++;
    return *name == '\0' && *text == '=' ? text + 1 : NULL;
}

static uint64_t number_at(const volatile char *text)
{
    uint64_t number = 0;
    for (; *text >= '0' && *text <= '9'; text++)
        number = number * 10 + (uint64_t)(*text - '0');
    return number;
}

uint64_t argument(const char *name, uint64_t otherwise)
{
    const volatile char *text = PAGE->args;
    while (*text) {
        const volatile char *value = value_of(text, name);
        if (value)
            return number_at(value);
        while (*text && *text++ != ' ')
            ;
    }
    return otherwise;
}
