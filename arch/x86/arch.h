/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef X86_ARCH_H
#define X86_ARCH_H

/* Brings the CPU and the interrupt controllers to known values; all lines are closed. Before
 * anything that can fault. */
void arch_init(void);

#endif
