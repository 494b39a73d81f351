/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/x86/cpu.h"
#include <string.h>
#include "hv/format.h"

/* Where an entry may have to clear AC: three-byte no-operations, listed by trap_entry.asm. */
extern uint8_t *const clac_sites[];
extern uint8_t *const clac_sites_end[];

static char features[64];
static bool leaks_x87_pointers;

const char *cpu_features(void)
{
    return features;
}

bool cpu_leaks_x87_pointers(void)
{
    return leaks_x87_pointers;
}

static void add_feature(const char *name)
{
    size_t length = strlen(features);

    format_text(features + length, sizeof(features) - length, "%s%s", length ? " " : "", name);
}

/* CLAC is an invalid opcode where there is no SMAP, so it is put in only where there is. */
static void patch_clac(void)
{
    static const uint8_t clac[] = {0x0F, 0x01, 0xCA};

    for (uint8_t *const *site = clac_sites; site < clac_sites_end; site++)
        memcpy(*site, clac, sizeof(clac));
}

static uint64_t optional_cr4(void)
{
    uint64_t cr4 = 0;
    struct cpuid basic = cpuid(1, 0);
    struct cpuid extended = {0};

    if (cpuid(0, 0).eax >= 7)
        extended = cpuid(7, 0);
    if (basic.edx & 1u << 7)
        cr4 |= CR4_MCE;
    if (extended.ebx & 1u << 7) {
        cr4 |= CR4_SMEP;
        add_feature("SMEP");
    }
    if (extended.ebx & 1u << 20) {
        cr4 |= CR4_SMAP;
        add_feature("SMAP");
        patch_clac();
    }
    if (extended.ecx & 1u << 2) {
        cr4 |= CR4_UMIP;
        add_feature("UMIP");
    }
    return cr4;
}

static void find_x87_leak(void)
{
    struct cpuid vendor = cpuid(0, 0);
    bool intel = vendor.ebx == 0x756E6547; /* "Genu" */
    bool saves_always =
        cpuid(0x80000000, 0).eax >= 0x80000008 && cpuid(0x80000008, 0).ebx & 1u << 2;

    leaks_x87_pointers = !intel && !saves_always;
}

void cpu_init(void)
{
    add_feature("NX");
    write_cr0(CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE);
    write_cr4(CR4_PAE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT | optional_cr4());
    write_msr(MSR_EFER, EFER_LME | EFER_LMA | EFER_NXE);
    write_msr(MSR_SYSENTER_CS, 0);
    write_msr(MSR_FS_BASE, 0);
    write_msr(MSR_GS_BASE, 0);
    write_msr(MSR_KERNEL_GS_BASE, 0);
    __asm__ volatile("mov %0, %%dr7" : : "r"(UINT64_C(0x400)));
    find_x87_leak();
}
