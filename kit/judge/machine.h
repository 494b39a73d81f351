/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine on which the judge boots a system: one that is only described. Its memory is the
 * host's, each image mapped where a loader would have put it; it has no devices, and no guest ever
 * runs on it.
 */
#ifndef JUDGE_MACHINE_H
#define JUDGE_MACHINE_H

#include <stdint.h>
#include "hv/arch.h"
#include "hv/boot_info.h"

/* What the loader hands over, as described; and where the hypervisor's own image lies. */
struct machine {
    struct boot_info info;
    struct boot_range image;
};

extern struct machine machine;

/* The next module: its file, behind the images that are there already. */
void machine_load(const char *path);

/* All is described: from here on there is memory. */
void machine_on(void);

/* Where a partition's page tables lie, which arch_space_create() has made. */
struct boot_range machine_tables(const struct arch_space *space, uint64_t pages);

/* What is wrong with the description, or with a file that it names; ends with status 2. */
_Noreturn void give_up(const char *what, const char *which);

#endif
