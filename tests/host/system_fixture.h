/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole system on the fake architecture: hv_main() with two partitions, a and b, up to where
 * guest a runs. The hypervisor's variables can't be set back, so a test program has one system, and
 * each test leaves it as it was.
 */
#ifndef SYSTEM_FIXTURE_H
#define SYSTEM_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "belfry/hv_abi.h"
#include "fake_arch.h"
#include "guest_image.h"
#include "hv/arch.h"
#include "hv/check.h"
#include "hv/console.h"
#include "hv/health.h"
#include "hv/hypercall.h"
#include "hv/irq.h"
#include "hv/main.h"
#include "hv/partition.h"
#include "hv/upcall.h"

static struct boot_info info;

/* Slices and turns, until a guest runs: its frame. */
static inline struct frame *until_a_guest_runs(void)
{
    struct frame *frame = NULL;

    for (unsigned slices = 0; !frame; slices++) {
        assert_true(slices < 10000);
        frame = cpu_next(true);
    }
    return frame;
}

/* What hv_main() boots with, where there is more to prepare than the lines. */
static inline void prepare_system(const char *hypervisor, const char *a, const char *b)
{
    fake_reset();
    memset(&info, 0, sizeof(info));
    fake_memory_map(&info);
    strcpy(info.line, hypervisor);
    add_guest(&info, a);
    if (b)
        add_guest(&info, b);
}

/* Boots with these lines; guest a runs. */
static inline void boot_system(const char *hypervisor, const char *a, const char *b)
{
    prepare_system(hypervisor, a, b);
    hv_main(&info, NULL);
    assert_ptr_equal(until_a_guest_runs(), &vcpus[0].frame);
}

/* `length` bytes of the current guest's memory, as they are whatever it may do with them. */
static inline void *guest_bytes(uint64_t address)
{
    return cpu.current->partition->memory + (address - PARTITION_BASE);
}

/* As the way in does it. */
static inline int64_t make_call(uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
    return number < HYPERCALLS ? hypercalls[number](a, b, c) : HV_ENOSYS;
}

#define CALL_SELECT(number, a, b, c, ...)                                                          \
    make_call((uint64_t)(number), (uint64_t)(a), (uint64_t)(b), (uint64_t)(c))
/* call(number), call(number, a), call(number, a, b), call(number, a, b, c) */
#define call(...) CALL_SELECT(__VA_ARGS__, 0, 0, 0, 0)

/* As the way out does it: true where there is more to do than an upcall. */
static inline bool attend(void)
{
    if (!cpu.attention)
        upcall_make();
    return cpu.attention;
}

static inline struct hv_irq_stats stats_of(unsigned vector)
{
    struct hv_irq_stats stats;

    assert_int_equal(call(HV_CALL_IRQ_STATS, vector, DATA, sizeof(stats)), sizeof(stats));
    memcpy(&stats, guest_bytes(DATA), sizeof(stats));
    return stats;
}

#endif
