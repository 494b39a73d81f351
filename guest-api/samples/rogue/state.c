/* SPDX-License-Identifier: BSD-2-Clause */
/* Tricks with flags, frames of upcalls, and the floating-point units. */
#include "attempts.h"
#include "belfry/hv.h"

enum {
    TF = 1 << 8,
    IF = 1 << 9,
    DF = 1 << 10,
    IOPL = 3 << 12,
    NT = 1 << 14,
    AC = 1 << 18,
};

#define HYPERVISOR 0xFFFFFFFF80100000
#define BEYOND     0x0000800000000000 /* 2^47: the first address that is not a user's */

/* Only what a guest may set has changed, and interrupts can't be kept out. */
static bool has_gained(uint64_t rflags)
{
    return (rflags & IOPL) || !(rflags & IF);
}

static bool popf_set(uint64_t flags)
{
    __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() | flags);
    return has_gained(__builtin_ia32_readeflags_u64());
}

static bool popf_clear(uint64_t flags)
{
    __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() & ~flags);
    return has_gained(__builtin_ia32_readeflags_u64());
}

/* A hypervisor that relied on the guest's DF, NT or AC would fall over here. */
static bool call_with(uint64_t flags)
{
    popf_set(flags);
    int64_t taken = hv_call_console_write("backwards?\n", 11);
    popf_clear(flags);
    return taken < 0;
}

static bool single_step(uint64_t unused)
{
    (void)unused;
    popf_set(TF);
    return true;
}

static bool iret_with_nt(uint64_t unused)
{
    (void)unused;
    popf_set(NT);
    __asm__ volatile("iretq");
    return true;
}

/* Resumes a few lines below, by a frame that no upcall made, with these flags. */
static bool resume_with(uint64_t flags)
{
    struct hv_upcall frame = {.rflags = flags};

    __asm__ volatile("lea 1f(%%rip), %%rax\n\t"
                     "mov %%rax, %c[rip](%[frame])\n\t"
                     "mov %%rsp, %c[rsp](%[frame])\n\t"
                     "mov %[frame], %%rsp\n\t"
                     "mov %[call], %%eax\n\t"
                     "int %[gate]\n"
                     "1: cld" /* C wants it so */
                     :
                     : [frame] "r"(&frame), [rip] "i"(HV_UPCALL_RIP), [rsp] "i"(HV_UPCALL_RSP),
                       [call] "i"(HV_CALL_IRQ_RETURN), [gate] "i"(HV_GATE)
                     : "rax", "memory");
    return has_gained(__builtin_ia32_readeflags_u64());
}

static bool resume_at(uint64_t rip)
{
    hv_call_irq_return(&(struct hv_upcall){.rip = rip, .rsp = rip});
}

static bool resume_vector(uint64_t vector)
{
    hv_call_irq_return(&(struct hv_upcall){.vector = vector, .rip = HV_MEM_BASE});
}

static bool resume_from(uint64_t rsp)
{
    hv_call_irq_return((const struct hv_upcall *)rsp);
}

static bool x87_divide_by_zero(uint64_t unused)
{
    uint16_t control = 0x0340; /* no exception masked */

    (void)unused;
    __asm__ volatile("fldcw %0\n\tfld1\n\tfldz\n\tfdivrp\n\tfwait" : : "m"(control));
    return true;
}

/* Some emulators never raise #XM, so to come back is as good as a fault. */
static bool sse_divide_by_zero(uint64_t unused)
{
    uint32_t control = 0; /* no exception masked */
    double one = 1.0;

    (void)unused;
    __asm__ volatile("ldmxcsr %1\n\txorpd %%xmm1, %%xmm1\n\tdivsd %%xmm1, %0"
                     : "+x"(one)
                     : "m"(control)
                     : "xmm1");
    return false;
}

const struct attempt state_attempts[] = {
    {"raise its I/O privilege by popf", popf_set, IOPL},
    {"clear the interrupt flag by popf", popf_clear, IF},
    {"call the hypervisor with DF set", call_with, DF},
    {"call the hypervisor with NT set", call_with, NT},
    {"call the hypervisor with AC set", call_with, AC},
    {"single-step into the hypervisor", single_step, 0},
    {"iretq with NT set", iret_with_nt, 0},
    {"resume with I/O privilege", resume_with, IF | IOPL},
    {"resume with interrupts off", resume_with, 0},
    {"resume with all flags set", resume_with, UINT64_MAX},
    {"resume in the hypervisor", resume_at, HYPERVISOR},
    {"resume just beyond user addresses", resume_at, BEYOND},
    {"resume from a frame at address 0", resume_from, 0},
    {"resume from a frame in the hypervisor", resume_from, HYPERVISOR},
    {"resume from a frame across the end of addresses", resume_from, UINT64_MAX - 15},
    {"return from an upcall of the gate's vector", resume_vector, HV_GATE},
    {"return from an upcall of an exception", resume_vector, 14},
    {"divide by zero in x87, unmasked", x87_divide_by_zero, 0},
    {"divide by zero in SSE, unmasked", sse_divide_by_zero, 0},
    {NULL, NULL, 0},
};
