/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stands beside the guest of this lab, which is partition 0: never waits, so that the other has no
 * more than its window; and says in the end for how many ticks the other ran in it. After `ticks=`
 * it ends the other.
 */
#include "belfry/hv.h"

/* A while without a call, which is quicker to emulate. */
static void spin(void)
{
    for (volatile unsigned i = 0; i < 10000; i++)
        ;
}

int main(void)
{
    struct hv_partition_info other = {0};
    struct hv_system_info all = {0};
    uint64_t limit = hv_arg("ticks", 3000);

    while (other.state != HV_STATE_STOPPED) {
        spin();
        hv_call_system_partition(0, &other, sizeof(other));
        hv_call_system_info(&all, sizeof(all));
        if (all.ticks > limit)
            hv_call_system_stop(0);
    }
    hv_printf("the other ran for %lu of %lu ticks\n", other.ticks,
              all.ticks * other.window / all.frame);
    return 0;
}
