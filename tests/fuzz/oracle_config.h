/* SPDX-License-Identifier: BSD-2-Clause */
/* The command lines read once more, slowly and from docs/ABI.md alone. */
#ifndef ORACLE_CONFIG_H
#define ORACLE_CONFIG_H

#include "hv/boot_info.h"
#include "hv/config.h"

/* Reads the hypervisor's line; how many errors are in it. What is wrong changes nothing. */
unsigned oracle_hypervisor(const struct boot_info *info, struct config *config);

/* Before oracle_module(): whether there can be so many, and what nobody owns yet. */
unsigned oracle_modules(const struct boot_info *info, struct config *config);

/* Reads the line of module `id`, after those before it. */
unsigned oracle_module(const struct boot_info *info, struct config *config, unsigned id);

#endif
