/* SPDX-License-Identifier: BSD-2-Clause */
/* Multiboot 0.6.96: the information that the loader leaves in memory, read with bounds. */
#ifndef BOOT_MULTIBOOT_H
#define BOOT_MULTIBOOT_H

#include <stdint.h>
#include "hv/boot_info.h"

#define MULTIBOOT_LOADED 0x2BADB002 /* in EAX, from the loader (section 3.2) */

/* Physical memory as this code sees it: address 0 at `base`, readable up to `size` bytes. */
struct multiboot_memory {
    const uint8_t *base;
    uint64_t size;
};

/*
 * Reads the information at physical address `address` into *info, copying all of it. Reads nothing
 * outside `memory`, whatever the addresses and lengths in it are. Returns NULL, or what is
 * wrong; *info then holds what was read before that, or nothing.
 */
const char *multiboot_read(const struct multiboot_memory *memory, uint32_t magic, uint32_t address,
                           struct boot_info *info);

#endif
