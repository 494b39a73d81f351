/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One raw wrapper for each hypercall; neither the library nor any other start is needed to use
 * them. For C and C++. docs/ABI.md is the contract, this its short form.
 *
 * A result below 0 is a status, HV_E…; what is said of errors here is all there are. A call that
 * fails changes nothing. All may be made from handlers. On every return, when interrupts are
 * enabled, the hypervisor makes the upcall that is due.
 *
 * `int 0x80` with the number in RAX and arguments in RDI, RSI, RDX; the result is in RAX. All other
 * registers keep their values, but an upcall may be made on the return, hence the memory clobber.
 */
#ifndef BELFRY_HV_CALL_H
#define BELFRY_HV_CALL_H

#include <stdint.h>
#include "belfry/hv_abi.h"

#define HV_NORETURN __attribute__((noreturn))

/* The address of code that an upcall enters: no C function, since RSP points at the frame. */
typedef void hv_entry(void);

/* ---- any call, by its number; HV_ENOSYS where there is none ---- */

static inline int64_t hv_call0(uint64_t number)
{
    int64_t result;
    __asm__ volatile("int %2" : "=a"(result) : "a"(number), "i"(HV_GATE) : "memory");
    return result;
}

static inline int64_t hv_call1(uint64_t number, uint64_t first)
{
    int64_t result;
    __asm__ volatile("int %2" : "=a"(result) : "a"(number), "i"(HV_GATE), "D"(first) : "memory");
    return result;
}

static inline int64_t hv_call2(uint64_t number, uint64_t first, uint64_t second)
{
    int64_t result;
    __asm__ volatile("int %2"
                     : "=a"(result)
                     : "a"(number), "i"(HV_GATE), "D"(first), "S"(second)
                     : "memory");
    return result;
}

static inline int64_t hv_call3(uint64_t number, uint64_t first, uint64_t second, uint64_t third)
{
    int64_t result;
    __asm__ volatile("int %2"
                     : "=a"(result)
                     : "a"(number), "i"(HV_GATE), "D"(first), "S"(second), "d"(third)
                     : "memory");
    return result;
}

/* ---- the console ---- */

/* HV_ABI_VERSION, or HV_ABI_VERSION_SYSTEM where the calls of 1.1 are there. */
static inline int64_t hv_call_version(void)
{
    return hv_call0(HV_CALL_VERSION);
}

/* Takes bytes for the console and never waits for it. Answers how many were taken: 0 means yield,
 * then try again. HV_EINVAL: `length` is above HV_CONSOLE_MAX. HV_EFAULT: not all of it is the
 * partition's memory. */
static inline int64_t hv_call_console_write(const void *address, uint64_t length)
{
    return hv_call2(HV_CALL_CONSOLE_WRITE, (uint64_t)address, length);
}

/* ---- the vCPU and the partition ---- */

/* Gives up the rest of this turn, or of this turn in the window. Answers 0, once the vCPU runs
 * again. */
static inline int64_t hv_call_vcpu_yield(void)
{
    return hv_call0(HV_CALL_VCPU_YIELD);
}

/* Enables interrupts, and waits until an upcall was made and has returned; one that is due is made
 * at once. Answers 0, with interrupts enabled. HV_ENOENT: no vector is registered. */
static inline int64_t hv_call_vcpu_wait(void)
{
    return hv_call0(HV_CALL_VCPU_WAIT);
}

/* Stops the partition for good. The code is for the hypervisor's summary. */
HV_NORETURN static inline void hv_call_partition_exit(int64_t code)
{
    hv_call1(HV_CALL_PARTITION_EXIT, (uint64_t)code);
    __builtin_unreachable();
}

/* Loads the partition afresh, and counts against its `restarts=`; with none left it stops. */
HV_NORETURN static inline void hv_call_partition_restart(void)
{
    hv_call0(HV_CALL_PARTITION_RESTART);
    __builtin_unreachable();
}

/* ---- interrupts ---- */

/* From here on each occurrence of the vector is counted for this vCPU, and brought to `entry` by
 * upcalls. Answers 0. HV_EINVAL: no such vector, or no executable page of the partition at `entry`.
 * HV_EPERM: the partition was not granted the vector. HV_EBUSY: it is registered. */
static inline int64_t hv_call_irq_register(uint64_t vector, hv_entry *entry)
{
    return hv_call2(HV_CALL_IRQ_REGISTER, vector, (uint64_t)entry);
}

/* Ends that. Answers the occurrences that were outstanding, which are discarded. HV_EINVAL: no such
 * vector. HV_ENOENT: it is not registered. */
static inline int64_t hv_call_irq_unregister(uint64_t vector)
{
    return hv_call1(HV_CALL_IRQ_UNREGISTER, vector);
}

/* Acknowledges n occurrences, 0 included, and ends the vector's service. Answers how many are still
 * outstanding. HV_EINVAL, HV_ENOENT: as above. HV_ERANGE: so many are not outstanding. */
static inline int64_t hv_call_irq_ack(uint64_t vector, uint64_t n)
{
    return hv_call2(HV_CALL_IRQ_ACK, vector, n);
}

/* Ends the upcall whose frame this is, and resumes what it interrupted. The registers that the
 * frame does not hold must have their interrupted values, so this is for hand-made frames; an entry
 * in assembly makes the call itself. */
HV_NORETURN static inline void hv_call_irq_return(const struct hv_upcall *frame)
{
    __asm__ volatile("mov %0, %%rsp\n\t"
                     "int %2"
                     :
                     : "r"(frame), "a"((uint64_t)HV_CALL_IRQ_RETURN), "i"(HV_GATE)
                     : "memory");
    __builtin_unreachable();
}

/* Keeps a vector from being delivered; it is still counted. The other one lets it be delivered
 * again. Answer 0, also where that was so already. HV_EINVAL, HV_ENOENT: as above. */
static inline int64_t hv_call_irq_mask(uint64_t vector)
{
    return hv_call1(HV_CALL_IRQ_MASK, vector);
}

static inline int64_t hv_call_irq_unmask(uint64_t vector)
{
    return hv_call1(HV_CALL_IRQ_UNMASK, vector);
}

/* One occurrence of a virtual vector, for the vCPU `target`, which is 0: this one. Answers 0.
 * HV_EINVAL: no virtual vector, or another target. HV_EPERM: not granted. HV_ENOENT: not
 * registered. */
static inline int64_t hv_call_irq_raise(uint64_t vector, uint64_t target)
{
    return hv_call2(HV_CALL_IRQ_RAISE, vector, target);
}

/* Writes as many whole fields of a struct hv_irq_stats as fit in `size` bytes. Answers the bytes
 * written. HV_EINVAL: no such vector; one never registered reads as zeros. HV_EFAULT: the partition
 * can't write all of it. */
static inline int64_t hv_call_irq_stats(uint64_t vector, void *address, uint64_t size)
{
    return hv_call3(HV_CALL_IRQ_STATS, vector, (uint64_t)address, size);
}

/* Does nothing, so that its return makes the upcall that is due. Answers 0. */
static inline int64_t hv_call_irq_poll(void)
{
    return hv_call0(HV_CALL_IRQ_POLL);
}

/* ---- of a partition with `console`; HV_ENOSYS for others ---- */

/* Takes what was typed for this partition, in order, `length` bytes at most, and never waits.
 * Answers how many there were. HV_EINVAL: `length` is above HV_CONSOLE_MAX. HV_EFAULT: the
 * partition can't write all of them. */
static inline int64_t hv_call_console_read(void *address, uint64_t length)
{
    return hv_call2(HV_CALL_CONSOLE_READ, (uint64_t)address, length);
}

/* ---- of a system partition; HV_ENOSYS for others ---- */

/* Writes as many whole fields of a struct hv_system_info as fit in `size` bytes. Answers the bytes
 * written. HV_EFAULT: the partition can't write all of them. So do the next three. HV_EINVAL: a
 * number above all partitions', vectors' or lines'. HV_ENOENT: there is no such partition. */
static inline int64_t hv_call_system_info(void *address, uint64_t size)
{
    return hv_call2(HV_CALL_SYSTEM_INFO, (uint64_t)address, size);
}

/* A struct hv_partition_info. */
static inline int64_t hv_call_system_partition(uint64_t partition, void *address, uint64_t size)
{
    return hv_call3(HV_CALL_SYSTEM_PARTITION, partition, (uint64_t)address, size);
}

/* A struct hv_vector_info, of the partition's vCPU. */
static inline int64_t hv_call_system_vector(uint64_t partition, uint64_t vector, void *address,
                                            uint64_t size)
{
    return hv_call3(HV_CALL_SYSTEM_VECTOR, partition << 8 | vector, (uint64_t)address, size);
}

/* A struct hv_line_info. */
static inline int64_t hv_call_system_line(uint64_t line, void *address, uint64_t size)
{
    return hv_call3(HV_CALL_SYSTEM_LINE, line, (uint64_t)address, size);
}

/* The partition stops, as by PARTITION_EXIT, or has stopped. Answers 0, as the next two do.
 * HV_EINVAL, HV_ENOENT: as above. HV_EBUSY: a fault of it is about to halt the machine. */
static inline int64_t hv_call_system_stop(uint64_t partition)
{
    return hv_call1(HV_CALL_SYSTEM_STOP, partition);
}

/* The partition, which has stopped, is loaded afresh. HV_EBUSY: it has not stopped. */
static inline int64_t hv_call_system_start(uint64_t partition)
{
    return hv_call1(HV_CALL_SYSTEM_START, partition);
}

/* The partition is loaded afresh, whatever it does. */
static inline int64_t hv_call_system_restart(uint64_t partition)
{
    return hv_call1(HV_CALL_SYSTEM_RESTART, partition);
}

/* The machine starts afresh: returns only without the grant. */
static inline int64_t hv_call_system_reboot(void)
{
    return hv_call0(HV_CALL_SYSTEM_REBOOT);
}

/* HV_TRACE_OFF and HV_TRACE_ON: answers 0. HV_TRACE_READ: writes whole struct hv_trace_record, the
 * oldest that nobody read, as many as there are, as fit, and 32 at most; answers the bytes written.
 * HV_EINVAL: none of these. HV_EFAULT: the partition can't write all of them. */
static inline int64_t hv_call_system_trace(uint64_t what, void *address, uint64_t size)
{
    return hv_call3(HV_CALL_SYSTEM_TRACE, what, (uint64_t)address, size);
}

#endif
