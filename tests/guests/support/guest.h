/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every test guest has: the state it started with, raw hypercalls, an upcall entry, and TAP.
 * It knows the interface from hv_abi.h alone and uses nothing of the guest library, so that a
 * mistake there can't hide one of the hypervisor. A test defines run().
 */
#ifndef TEST_GUEST_H
#define TEST_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "belfry/hv_abi.h"
#include "tap.h"

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

enum {
    FLAG_CF = 1 << 0,
    FLAG_ALWAYS = 1 << 1,
    FLAG_PF = 1 << 2,
    FLAG_AF = 1 << 4,
    FLAG_ZF = 1 << 6,
    FLAG_SF = 1 << 7,
    FLAG_TF = 1 << 8,
    FLAG_IF = 1 << 9,
    FLAG_DF = 1 << 10,
    FLAG_OF = 1 << 11,
    FLAG_IOPL = 3 << 12,
    FLAG_NT = 1 << 14,
    FLAG_RF = 1 << 16,
    FLAG_AC = 1 << 18,
    FLAG_ID = 1 << 21,
};

/* start.asm knows this order. */
struct registers {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rflags;
};

/* As the first instruction of the guest found it. `fx` is FXSAVE's image. */
struct start_state {
    struct registers registers;
    uint64_t cs;
    uint64_t unused[14];
    uint8_t fx[512];
} __attribute__((aligned(16)));

extern struct start_state start_state;

/* The vCPU page. */
#define PAGE ((volatile struct hv_vcpu_page *)start_state.registers.rdi)

/* Sections of the image, from linker/guest.ld or the linker itself. */
extern char _end[];

/* What the test does. When it returns, the plan is printed and the partition exits: 0, or 1 when a
 * check failed. */
void run(void);

/* ---- hypercalls ---- */

static inline int64_t call3(uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
    int64_t result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "memory", "cc");
    return result;
}

#define CALL_SELECT(number, a, b, c, ...)                                                          \
    call3((uint64_t)(number), (uint64_t)(a), (uint64_t)(b), (uint64_t)(c))
/* call(number), call(number, a), call(number, a, b), call(number, a, b, c) */
#define call(...) CALL_SELECT(__VA_ARGS__, 0, 0, 0, 0)

/* int 0x80 with every register but RSP, and RFLAGS, from *in; all of them afterwards in *out. */
void probe(const struct registers *in, struct registers *out);

/* ---- upcalls ---- */

/* `entry` has the registers as the upcall's first instruction found them; what the handler leaves
 * in them (but RAX, RSP and RFLAGS) is loaded before IRQ_RETURN. */
typedef void upcall_handler(struct hv_upcall *frame, struct registers *entry);
extern upcall_handler *on_upcall;

/* An entry to register; it calls *on_upcall, then IRQ_RETURN. */
extern const char upcall_entry[];
/* A second one, which counts in upcall_others and goes on as the first. */
extern const char upcall_entry_other[];
extern uint64_t upcall_others;

/* Registers `vector` with upcall_entry; a check that it answered 0. */
void must_register(unsigned vector);

struct hv_irq_stats stats_of(unsigned vector);

static inline void interrupts_disable(void)
{
    PAGE->irq_disabled = 1;
}

/* As ABI.md says it. */
static inline void interrupts_enable(void)
{
    PAGE->irq_disabled = 0;
    __asm__ volatile("mfence" ::: "memory");
    if (PAGE->irq_pending)
        call(HV_CALL_IRQ_POLL);
}

static inline uint64_t rdtsc(void)
{
    uint32_t low, high;
    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high)::"memory");
    return (uint64_t)high << 32 | low;
}

/* Spins for `us` microseconds. */
void spin_us(uint64_t us);

/* TSC ticks between two ticks of line 0. */
uint64_t tick_cycles(void);

/* The number after `name=` among the guest's arguments, or `otherwise`. */
uint64_t argument(const char *name, uint64_t otherwise);

static inline uint8_t in8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}

static inline uint32_t in32(uint16_t port)
{
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void out32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" ::"a"(value), "Nd"(port));
}

#endif
