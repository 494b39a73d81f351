/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/start.h"
#include "arch/x86/arch.h"
#include "arch/x86/paging.h"
#include "boot/multiboot.h"
#include "hv/main.h"

static struct boot_info info;

void boot_start(uint32_t magic, uint32_t address)
{
    const struct multiboot_memory memory = {direct_map(0), DIRECT_BOOT_SIZE};

    arch_init();
    const char *problem = multiboot_read(&memory, magic, address, &info);
    hv_main(&info, problem);
}
