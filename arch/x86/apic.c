/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/x86/apic.h"
#include <stdbool.h>
#include <stdint.h>
#include "arch/x86/cpu.h"
#include "arch/x86/paging.h"

#define LAPIC_ENABLED  (UINT64_C(1) << 11)
#define LAPIC_X2       (UINT64_C(1) << 10)
#define LAPIC_ADDRESS  UINT64_C(0x000FFFFFFFFFF000)
#define IOAPIC_ADDRESS UINT64_C(0xFEC00000)
#define X2APIC_MSR     0x800 /* and the register's offset / 16 */

enum {
    LAPIC_TPR = 0x80,
    LAPIC_SPURIOUS = 0xF0,
    LAPIC_TIMER = 0x320,
    LAPIC_LINT0 = 0x350,
    LAPIC_LINT1 = 0x360,
    LAPIC_ERROR = 0x370
};
enum { LVT_MASKED = 1 << 16, LVT_EXTINT = 7 << 8, LVT_NMI = 4 << 8 };
enum { SPURIOUS_ENABLE = 1 << 8, SPURIOUS_VECTOR = 0xFF };
enum { IOAPIC_VERSION = 1, IOAPIC_INPUTS = 0x10 };

static void lapic_write(uint64_t base, uint32_t offset, uint32_t value)
{
    if (base & LAPIC_X2)
        write_msr(X2APIC_MSR + offset / 16, value);
    else
        *(volatile uint32_t *)direct_map((base & LAPIC_ADDRESS) + offset) = value;
}

static void quiet_lapic(void)
{
    static const uint16_t masked[] = {LAPIC_TIMER, LAPIC_ERROR};
    uint64_t base = read_msr(MSR_APIC_BASE);

    if (!(base & LAPIC_ENABLED) || (base & LAPIC_ADDRESS) >= DIRECT_BOOT_SIZE)
        return;
    lapic_write(base, LAPIC_SPURIOUS, SPURIOUS_ENABLE | SPURIOUS_VECTOR);
    lapic_write(base, LAPIC_TPR, 0);
    for (unsigned i = 0; i < sizeof(masked) / sizeof(masked[0]); i++)
        lapic_write(base, masked[i], LVT_MASKED);
    lapic_write(base, LAPIC_LINT0, LVT_EXTINT);
    lapic_write(base, LAPIC_LINT1, LVT_NMI);
}

static uint32_t ioapic_read(uint32_t index)
{
    volatile uint32_t *registers = direct_map(IOAPIC_ADDRESS);

    registers[0] = index;
    return registers[4];
}

static void ioapic_write(uint32_t index, uint32_t value)
{
    volatile uint32_t *registers = direct_map(IOAPIC_ADDRESS);

    registers[0] = index;
    registers[4] = value;
}

static void quiet_ioapic(void)
{
    uint32_t version = ioapic_read(IOAPIC_VERSION);

    if (version == 0xFFFFFFFF || version == 0)
        return; /* nobody answers there */
    for (uint32_t input = 0; input <= (version >> 16 & 0xFF); input++)
        ioapic_write(IOAPIC_INPUTS + 2 * input, LVT_MASKED);
}

void apic_quiet(void)
{
    if (!(cpuid(1, 0).edx & 1u << 9))
        return; /* no LAPIC, so no IOAPIC */
    quiet_lapic();
    quiet_ioapic();
}
