/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the boot loader handed over, copied and bounds-checked by boot/: the hypervisor's command
 * line, the modules with theirs, and the memory that is there.
 */
#ifndef HV_BOOT_INFO_H
#define HV_BOOT_INFO_H

#include <stdbool.h>
#include <stdint.h>

#define BOOT_MODULES  64
#define BOOT_RANGES   64
#define BOOT_LINE_MAX 4096 /* bytes of a command line, with its NUL: all grants fit in one */

struct boot_range {
    uint64_t start; /* physical address */
    uint64_t end;   /* one past the last byte */
};

struct boot_module {
    struct boot_range memory;
    char line[BOOT_LINE_MAX];
    bool line_cut; /* the line was longer than fits */
};

struct boot_info {
    char line[BOOT_LINE_MAX];
    bool line_cut;
    unsigned module_count; /* as handed over; modules[] holds no more than BOOT_MODULES of them */
    unsigned range_count;  /* available memory: sorted by address, not overlapping, not touching */
    struct boot_module modules[BOOT_MODULES];
    struct boot_range ranges[BOOT_RANGES];
};

#endif
