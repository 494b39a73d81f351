/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HV_MAIN_H
#define HV_MAIN_H

#include "hv/boot_info.h"

/*
 * The hypervisor's start: reads the command lines, creates the partitions, starts the timer.
 * Returns with everything ready for cpu_next(). `info` is NULL where the boot loader's information
 * is bad: `problem` then says what is wrong.
 */
void hv_main(const struct boot_info *info, const char *problem);

#endif
