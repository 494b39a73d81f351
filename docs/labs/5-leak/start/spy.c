/* SPDX-License-Identifier: BSD-2-Clause */
/* Wants to know what its neighbour keeps. So far it asks for what is not its own, and is refused.
 */
#include "belfry/hv.h"

int main(void)
{
    const char *beyond = (const char *)HV_MEM_BASE + hv_page()->mem_size;
    int64_t status = hv_write(beyond, HV_PAGE_SIZE);

    hv_printf("behind my memory: status %ld\n", status);
    return 0;
}
