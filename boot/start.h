/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BOOT_START_H
#define BOOT_START_H

#include <stdint.h>

/* Called by multiboot.asm in 64-bit mode with what the loader left in EAX and EBX. Returns with
 * everything ready for cpu_loop. */
void boot_start(uint32_t magic, uint32_t address);

#endif
