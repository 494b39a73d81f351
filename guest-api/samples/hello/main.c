/* SPDX-License-Identifier: BSD-2-Clause */
/* The smallest guest: prints and exits. */
#include "belfry/hv.h"

int main(void)
{
    hv_printf("Hello from partition %u, with %lu KiB of memory.\n", hv_page()->partition_id,
              hv_page()->mem_size / 1024);
    return 0;
}
