/* SPDX-License-Identifier: BSD-2-Clause */
/* Control registers, MSRs and CPUID: Intel SDM volume 3, sections 2.5 and 2.2.1; volume 4; volume
 * 2, CPUID. */
#ifndef X86_CPU_H
#define X86_CPU_H

#include <stdbool.h>
#include <stdint.h>

enum {
    CR0_PE = 1 << 0,
    CR0_MP = 1 << 1,
    CR0_ET = 1 << 4,
    CR0_NE = 1 << 5,
    CR0_WP = 1 << 16,
    CR4_PAE = 1 << 5,
    CR4_MCE = 1 << 6,
    CR4_PGE = 1 << 7,
    CR4_OSFXSR = 1 << 9,
    CR4_OSXMMEXCPT = 1 << 10,
    CR4_UMIP = 1 << 11,
    CR4_SMEP = 1 << 20,
    CR4_SMAP = 1 << 21,
    EFER_LME = 1 << 8,
    EFER_LMA = 1 << 10, /* read-only, and to be written as read: AMD APM volume 2, 3.1.7 */
    EFER_NXE = 1 << 11
};
#define CR0_PG (UINT64_C(1) << 31)

#define MSR_APIC_BASE      0x0000001B
#define MSR_SYSENTER_CS    0x00000174
#define MSR_EFER           0xC0000080
#define MSR_FS_BASE        0xC0000100
#define MSR_GS_BASE        0xC0000101
#define MSR_KERNEL_GS_BASE 0xC0000102

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid r;
    __asm__ volatile("cpuid"
                     : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
                     : "a"(leaf), "c"(subleaf));
    return r;
}

static inline uint64_t read_msr(uint32_t msr)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static inline void write_msr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static inline void write_cr0(uint64_t value)
{
    __asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline void write_cr3(uint64_t value)
{
    __asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

static inline void write_cr4(uint64_t value)
{
    __asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

static inline uint64_t read_cr2(void)
{
    uint64_t value;
    __asm__ volatile("mov %%cr2, %0" : "=r"(value));
    return value;
}

static inline uint64_t read_tsc(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

/* Brings CR0, CR4, EFER and the MSRs that a guest could profit from to known values, each written
 * whole, whatever firmware left. Before paging_init(): it still writes to the text. */
void cpu_init(void);

/* The features in use, as words: "NX SMEP …". */
const char *cpu_features(void);

/* Whether FXSAVE leaves the x87 pointers of an earlier owner in place (AMD APM volume 2, section
 * 11.4.4). */
bool cpu_leaks_x87_pointers(void);

#endif
