/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One raw wrapper for each hypercall; nothing else is needed to use them. docs/ABI.md says what
 * each takes and answers: a result below 0 is a status, HV_E…. For C and C++.
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

/* HV_ABI_VERSION, or HV_ABI_VERSION_SYSTEM where the calls of 1.1 are there. */
static inline int64_t hv_call_version(void)
{
    return hv_call0(HV_CALL_VERSION);
}

/* How many of the bytes were taken: 0 means yield, then try again. */
static inline int64_t hv_call_console_write(const void *address, uint64_t length)
{
    return hv_call2(HV_CALL_CONSOLE_WRITE, (uint64_t)address, length);
}

static inline int64_t hv_call_vcpu_yield(void)
{
    return hv_call0(HV_CALL_VCPU_YIELD);
}

/* Enables interrupts and returns after an upcall. */
static inline int64_t hv_call_vcpu_wait(void)
{
    return hv_call0(HV_CALL_VCPU_WAIT);
}

HV_NORETURN static inline void hv_call_partition_exit(int64_t code)
{
    hv_call1(HV_CALL_PARTITION_EXIT, (uint64_t)code);
    __builtin_unreachable();
}

HV_NORETURN static inline void hv_call_partition_restart(void)
{
    hv_call0(HV_CALL_PARTITION_RESTART);
    __builtin_unreachable();
}

static inline int64_t hv_call_irq_register(uint64_t vector, hv_entry *entry)
{
    return hv_call2(HV_CALL_IRQ_REGISTER, vector, (uint64_t)entry);
}

/* The occurrences that were outstanding, which are discarded. */
static inline int64_t hv_call_irq_unregister(uint64_t vector)
{
    return hv_call1(HV_CALL_IRQ_UNREGISTER, vector);
}

/* Acknowledges n occurrences and ends the vector's service; answers how many are outstanding. */
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

static inline int64_t hv_call_irq_mask(uint64_t vector)
{
    return hv_call1(HV_CALL_IRQ_MASK, vector);
}

static inline int64_t hv_call_irq_unmask(uint64_t vector)
{
    return hv_call1(HV_CALL_IRQ_UNMASK, vector);
}

/* `target` is 0: this vCPU. */
static inline int64_t hv_call_irq_raise(uint64_t vector, uint64_t target)
{
    return hv_call2(HV_CALL_IRQ_RAISE, vector, target);
}

/* Writes as much of a struct hv_irq_stats as `size` allows; answers the bytes written. */
static inline int64_t hv_call_irq_stats(uint64_t vector, void *address, uint64_t size)
{
    return hv_call3(HV_CALL_IRQ_STATS, vector, (uint64_t)address, size);
}

/* Does nothing, so that its return makes the upcall that is due. */
static inline int64_t hv_call_irq_poll(void)
{
    return hv_call0(HV_CALL_IRQ_POLL);
}

/* ---- of a partition with `console`; HV_ENOSYS for others ---- */

/* Takes what was typed, `length` bytes at most: how many there were. */
static inline int64_t hv_call_console_read(void *address, uint64_t length)
{
    return hv_call2(HV_CALL_CONSOLE_READ, (uint64_t)address, length);
}

/* ---- of a system partition; HV_ENOSYS for others ---- */

/* Writes as much of a struct hv_system_info as `size` allows; answers the bytes written. So do the
 * next three. */
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

/* The partition stops, as by PARTITION_EXIT. */
static inline int64_t hv_call_system_stop(uint64_t partition)
{
    return hv_call1(HV_CALL_SYSTEM_STOP, partition);
}

/* The partition, which has stopped, is loaded afresh. */
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

#endif
