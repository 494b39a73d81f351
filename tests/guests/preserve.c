/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every call keeps every register but RAX, and RFLAGS, NT included; so do x87 and SSE, while
 * another partition fills its own.
 *
 * system: preserve vector=48 vector=49
 * system: other vector=48 vector=49
 */
#include "guest.h"

static const uint16_t numbers[] = {0, 1, 10, 30, 31, 32, 34, 35, 36, 37, 38, 99};

static struct registers pattern(uint64_t number, uint64_t seed, uint64_t flags)
{
    return (struct registers){.rax = number,
                              .rbx = seed ^ 1,
                              .rcx = seed ^ 2,
                              .rdx = seed ^ 3,
                              .rsi = seed ^ 4,
                              .rdi = seed ^ 5,
                              .rbp = seed ^ 6,
                              .r8 = seed ^ 8,
                              .r9 = seed ^ 9,
                              .r10 = seed ^ 10,
                              .r11 = seed ^ 11,
                              .r12 = seed ^ 12,
                              .r13 = seed ^ 13,
                              .r14 = seed ^ 14,
                              .r15 = seed ^ 15,
                              .rflags = flags};
}

static bool same(const struct registers *a, const struct registers *b)
{
    return a->rbx == b->rbx && a->rcx == b->rcx && a->rdx == b->rdx && a->rsi == b->rsi &&
           a->rdi == b->rdi && a->rbp == b->rbp && a->r8 == b->r8 && a->r9 == b->r9 &&
           a->r10 == b->r10 && a->r11 == b->r11 && a->r12 == b->r12 && a->r13 == b->r13 &&
           a->r14 == b->r14 && a->r15 == b->r15 && a->rflags == b->rflags;
}

static void check_call(uint64_t number, uint64_t rdi, uint64_t rsi, uint64_t flags)
{
    struct registers in = pattern(number, 0xA5A5A5A5A5A5A5A5 * (number + 1), flags), out;
    in.rdi = rdi ? rdi : in.rdi;
    in.rsi = rsi ? rsi : in.rsi;
    probe(&in, &out);
    if (!same(&in, &out))
        OK(false, "call %lu with flags 0x%lx: 0x%lx came back", number, flags, out.rflags);
}

static void check_calls(uint64_t flags)
{
    uint64_t all = flags | FLAG_ALWAYS | FLAG_IF;
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++)
        check_call(numbers[i], 0, 0, all);
    check_call(HV_CALL_IRQ_REGISTER, 49, (uint64_t)upcall_entry, all);
    check_call(HV_CALL_IRQ_MASK, 49, 0, all);
    check_call(HV_CALL_IRQ_UNMASK, 49, 0, all);
    check_call(HV_CALL_IRQ_ACK, 49, 0, all);
    check_call(HV_CALL_IRQ_UNREGISTER, 49, 0, all);
    OK(true, "registers and flags 0x%lx after each call", flags);
}

static void fill_simd(uint8_t seed)
{
    static uint8_t image[512] __attribute__((aligned(16)));
    __asm__ volatile("fxsave64 %0" : "=m"(image));
    image[0] = 0x7F;
    image[1] = seed & 1 ? 0x03 : 0x0F; /* rounding */
    image[4] = 0xFF;                   /* all valid */
    image[25] = seed & 1 ? 0x3F : 0x5F;
    for (size_t i = 0; i < 8 * 16; i++)
        image[32 + i] = i % 16 < 10 ? (uint8_t)(seed + i) : 0;
    for (size_t i = 0; i < 16 * 16; i++)
        image[160 + i] = (uint8_t)(seed * 3 + i);
    __asm__ volatile("fxrstor64 %0" ::"m"(image));
}

/* Saves x87 and SSE before and after `number`, in one statement: the compiler may use them. */
static bool simd_kept(uint64_t number)
{
    static uint8_t before[512] __attribute__((aligned(16)));
    static uint8_t after[512] __attribute__((aligned(16)));
    __asm__ volatile("fxsave64 %0\n"
                     "int $0x80\n"
                     "fxsave64 %1\n"
                     : "=m"(before), "=m"(after), "+a"(number)
                     : "D"(0)
                     : "memory", "cc");
    for (size_t i = 0; i < 416; i++)
        if (before[i] != after[i])
            return false;
    return true;
}

static void clear_simd(void)
{
    uint32_t mxcsr = HV_MXCSR_INIT;
    __asm__ volatile("fninit; ldmxcsr %0" ::"m"(mxcsr));
}

void run(void)
{
    static const uint64_t flags[] = {0,       FLAG_CF | FLAG_ZF | FLAG_OF,
                                     FLAG_DF, FLAG_NT,
                                     FLAG_AC, FLAG_ID | FLAG_SF | FLAG_PF | FLAG_AF};
    for (size_t i = 0; i < ARRAY_LENGTH(flags); i++)
        check_calls(flags[i]);
    bool kept = true;
    for (unsigned i = 0; i < 50; i++) {
        fill_simd((uint8_t)(PAGE->partition_id * 77 + i));
        kept &= simd_kept(i % 2 ? HV_CALL_VCPU_YIELD : HV_CALL_VERSION);
        clear_simd();
    }
    OK(kept, "x87 and SSE are kept, while the other partition fills its own");
}
