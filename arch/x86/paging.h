/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces. Every one has the hypervisor in its upper half: the image, each part with its own
 * permissions, and the direct map of physical memory, never executable. A partition's lower half is
 * its own. Page table entries: Intel SDM volume 3, section 4.5.
 */
#ifndef X86_PAGING_H
#define X86_PAGING_H

#include <stdint.h>

#define DIRECT_BASE      UINT64_C(0xFFFF800000000000)
#define IMAGE_BASE       UINT64_C(0xFFFFFFFF80000000)
#define DIRECT_BOOT_SIZE UINT64_C(0x100000000) /* what multiboot.asm maps */

/* Where the hypervisor sees physical address `physical`. */
static inline void *direct_map(uint64_t physical)
{
    return (void *)(DIRECT_BASE + physical);
}

/* Replaces the boot's page tables: nothing in the lower half, W^X, a guard page below each stack.
 * After it the text can't be written. */
void paging_init(void);

/* The address space that belongs to no partition. */
uint64_t paging_root(void);

#endif
