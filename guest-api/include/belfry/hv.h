/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest library. A guest defines main(); the library starts it and brings upcalls to handlers.
 * This header has what nearly every guest needs, print.h and string.h included. Beside it are
 * malloc.h, assert.h, time.h, ring.h (bytes from a handler to main()) and port.h (I/O ports).
 *
 * Names begin with hv_ and HV_, but for those that are C's own. A status is 0 or above where all is
 * well, and otherwise one of HV_E…, which are negative.
 */
#ifndef BELFRY_HV_H
#define BELFRY_HV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "belfry/hv_abi.h"
#include "belfry/hv_call.h"
#include "belfry/print.h"
#include "belfry/string.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the beginning and the end ---- */

/* The guest's own. Virtual interrupts are disabled when it begins; its result is the partition's
 * exit code. Constructors, of C++'s objects or by the attribute, have run before. */
int main(void);

/* Ends the partition; it does not start again. The hypervisor's summary shows the code. */
HV_NORETURN static inline void hv_exit(int code)
{
    hv_call_partition_exit(code);
}

/* Prints, as hv_printf() does, and ends the partition with exit code HV_EXIT_PANIC. For what can't
 * be gone on with: the library does so at a failed assert() and where malloc.h says so. */
#define HV_EXIT_PANIC 134
HV_NORETURN void hv_panic(const char *format, ...) HV_FORMAT(1, 2);

/* ---- the vCPU page ---- */

extern struct hv_vcpu_page *hv_vcpu_page; /* set at start-up; hv_page() reads it */

/* What the partition was given, as struct hv_vcpu_page in hv_abi.h has it. Never NULL. */
static inline struct hv_vcpu_page *hv_page(void)
{
    return hv_vcpu_page;
}

/* The number after `name=` among the guest's arguments (words divided by spaces; decimal), or
 * `otherwise` where no word begins with that. */
uint64_t hv_arg(const char *name, uint64_t otherwise);

/* ---- interrupts ---- */

/*
 * Called for each upcall of the vector it was registered for, with interrupts disabled.
 * upcall->count occurrences have happened since the last time; all of them are acknowledged when
 * the handler returns. One that wants to acknowledge fewer calls hv_call_irq_ack() itself. It may
 * use x87 and SSE, and everything in this header.
 */
typedef void hv_handler(const struct hv_upcall *upcall, void *context);

/* From here on each occurrence of `vector` is counted and brought to `handler`, which also gets
 * `context`. Answers 0, or a status: HV_EINVAL for no such vector and for a handler
 * of NULL, HV_EPERM where the partition was not granted it, HV_EBUSY where it is registered. */
int64_t hv_irq_register(unsigned vector, hv_handler *handler, void *context);

/* Ends that. Answers the occurrences that were outstanding, which are discarded, or a status:
 * HV_EINVAL, or HV_ENOENT where it is not registered. */
int64_t hv_irq_unregister(unsigned vector);

/* No upcall is made from here to hv_irq_enable() or VCPU_WAIT. */
static inline void hv_irq_disable(void)
{
    __atomic_store_n(&hv_page()->irq_disabled, 1, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* Upcalls are made again, one that is due at once. The barrier keeps the CPU from reading
 * irq_pending before its store is seen: an occurrence between the two would wait for the next. */
static inline void hv_irq_enable(void)
{
    __atomic_store_n(&hv_page()->irq_disabled, 0, __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (__atomic_load_n(&hv_page()->irq_pending, __ATOMIC_RELAXED))
        hv_call_irq_poll();
}

/*
 * A critical section: no upcall is made from hv_irq_save() to the hv_irq_restore() that gets its
 * answer, which is whether interrupts were enabled. Sections may stand within each other, and in
 * handlers: only the outermost enables interrupts again, and what became due meanwhile comes at
 * once. There must be no VCPU_WAIT in one, unless hv_irq_disable() follows: it enables interrupts.
 *
 *     bool enabled = hv_irq_save();
 *     …
 *     hv_irq_restore(enabled);
 */
static inline bool hv_irq_save(void)
{
    bool enabled = !__atomic_load_n(&hv_page()->irq_disabled, __ATOMIC_RELAXED);

    hv_irq_disable();
    return enabled;
}

static inline void hv_irq_restore(bool enabled)
{
    if (enabled)
        hv_irq_enable();
}

#ifdef __cplusplus
}
#endif

#endif
