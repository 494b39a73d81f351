/* SPDX-License-Identifier: BSD-2-Clause */
/* GDT, TSS with I/O bitmaps, IDT. Intel SDM volume 3, sections 3.4.5, 7.7 and 6.14; volume
 * 1, 19.5.2. */
#ifndef X86_DESCRIPTORS_H
#define X86_DESCRIPTORS_H

#include <stdint.h>

enum {
    SELECTOR_CODE = 0x08,
    SELECTOR_DATA = 0x10,
    SELECTOR_USER_DATA = 0x18 | 3,
    SELECTOR_USER_CODE = 0x20 | 3,
    SELECTOR_TSS = 0x28
};

void descriptors_init(void);

/* Where the next entry from ring 3 saves: the end of the current vCPU's frame. And which I/O ports
 * ring 3 may use: struct arch_space's `ports`. */
void descriptors_switch(uint64_t frame_end, uint32_t ports);

#endif
