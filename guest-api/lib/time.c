/* SPDX-License-Identifier: BSD-2-Clause */
#include "belfry/time.h"
#include "belfry/hv.h"
#include "internal.h"

/* With 128 bits between; by hand, since the compiler would call its own library to divide them. The
 * quotient fits where the upper half is below the divisor. */
static uint64_t scale(uint64_t value, uint64_t factor, uint64_t divisor)
{
    unsigned __int128 product = (unsigned __int128)value * factor;
    uint64_t high = (uint64_t)(product >> 64);
    uint64_t low = (uint64_t)product;

    if (high >= divisor)
        return UINT64_MAX;
    __asm__("divq %2" : "+a"(low), "+d"(high) : "r"(divisor) : "cc");
    return low;
}

uint64_t hv_tsc_to_ns(uint64_t ticks)
{
    return scale(ticks, HV_NS_PER_S, hv_page()->tsc_hz);
}

uint64_t hv_ns_to_tsc(uint64_t ns)
{
    return scale(ns, hv_page()->tsc_hz, HV_NS_PER_S);
}

uint64_t hv_time_ns(void)
{
    return hv_tsc_to_ns(hv_tsc());
}

static bool can_wait(void)
{
    return !hv_page()->irq_disabled && hv_irq_has_handler(HV_VECTOR_PIT);
}

void hv_sleep_ns(uint64_t ns)
{
    uint64_t tick = hv_page()->tick_divisor * HV_NS_PER_S / HV_PIT_HZ;
    uint64_t start = hv_time_ns();

    for (uint64_t passed = 0; passed < ns; passed = hv_time_ns() - start) {
        if (ns - passed > tick && can_wait())
            hv_call_vcpu_wait();
        else
            __builtin_ia32_pause();
    }
}
