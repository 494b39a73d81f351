/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HV_MAIN_H
#define HV_MAIN_H

#include "hv/boot_info.h"

/*
 * The hypervisor's start: reads the command lines, creates the partitions, starts the timer.
 * Returns with everything ready for cpu_next(). `problem`, where not NULL, says what is wrong with
 * the boot loader's information; `info` is then what had been read before.
 */
void hv_main(const struct boot_info *info, const char *problem);

#endif
