/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef X86_APIC_H
#define X86_APIC_H

/*
 * Leaves the 8259 pair as the only source of interrupts: the LAPIC's timer and other local sources
 * masked, its LINT0 passing the 8259 through, all of the IOAPIC's inputs masked. UEFI firmware
 * leaves its own timer running. Intel SDM volume 3, sections 11.4 and 11.5.1; 82093AA data sheet,
 * section 3.2.
 */
void apic_quiet(void);

#endif
