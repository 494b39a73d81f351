/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest library. A guest defines main(); the library starts it, brings upcalls to handlers and
 * prints (print.h). Virtual interrupts are disabled when main() begins.
 */
#ifndef BELFRY_HV_H
#define BELFRY_HV_H

#include <stddef.h>
#include <stdint.h>
#include "belfry/hv_abi.h"
#include "belfry/hv_call.h"
#include "belfry/print.h"
#include "belfry/string.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The guest's own: runs first, and its result is the partition's exit code. */
int main(void);

HV_NORETURN static inline void hv_exit(int code)
{
    hv_call_partition_exit(code);
}

/* ---- the vCPU page ---- */

extern struct hv_vcpu_page *hv_vcpu_page; /* set at start-up */

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
 * `context`. 0, or a status: HV_EINVAL also for a handler of NULL. */
int64_t hv_irq_register(unsigned vector, hv_handler *handler, void *context);

/* The occurrences that were outstanding, which are discarded; or a status. */
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

#ifdef __cplusplus
}
#endif

#endif
