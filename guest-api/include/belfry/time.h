/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time in nanoseconds, of the CPU's time stamp counter (TSC), which the hypervisor has measured
 * against the PIT: hv_page()->tsc_hz. It runs on while the partition does not, needs no grant, and
 * is the same in all partitions. All may be called from handlers.
 */
#ifndef BELFRY_TIME_H
#define BELFRY_TIME_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HV_NS_PER_S UINT64_C(1000000000)

/* The TSC. It never runs back. */
static inline uint64_t hv_tsc(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

/* TSC ticks in nanoseconds and back, rounded down, without overflow on the way: what does not fit
 * into 64 bits is UINT64_MAX. */
uint64_t hv_tsc_to_ns(uint64_t ticks);
uint64_t hv_ns_to_tsc(uint64_t ns);

/* Nanoseconds since the TSC was 0, which on most machines is when they were switched on. */
uint64_t hv_time_ns(void);

/* Returns when `ns` nanoseconds have passed; later where the partition is not running then. With
 * vector HV_VECTOR_PIT registered by hv_irq_register() and interrupts enabled it waits by
 * VCPU_WAIT, so that others can run, until less than a tick is left; that vector must not be masked
 * then. Otherwise, and for the rest, it spins. */
void hv_sleep_ns(uint64_t ns);

#ifdef __cplusplus
}
#endif

#endif
