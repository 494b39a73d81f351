/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands behind include/hv/arch.h for Eva: two modules and the memory of two partitions. */
#ifndef SEAM_H
#define SEAM_H

#include <stdint.h>
#include "belfry/hv_abi.h"

#define SEAM_PARTITIONS 2
#define SEAM_IMAGE      UINT64_C(0x2000)
#define SEAM_MEM        UINT64_C(0x21000)         /* 132K: no whole number of slices */
#define SEAM_SIZE       (SEAM_MEM + HV_PAGE_SIZE) /* with the vCPU page */

/* Physical addresses: the modules, one after the other, and behind them what is free. */
#define SEAM_MODULES UINT64_C(0x1000000)
#define SEAM_FREE    (SEAM_MODULES + SEAM_PARTITIONS * SEAM_IMAGE)
#define SEAM_END     (SEAM_FREE + SEAM_PARTITIONS * SEAM_SIZE)

/* Each an array of its own, so that it is seen when one is left. */
extern uint8_t seam_image_0[SEAM_IMAGE], seam_image_1[SEAM_IMAGE];
extern uint8_t seam_memory_0[SEAM_SIZE], seam_memory_1[SEAM_SIZE];

#endif
