/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * More partitions with ports than one TSS has bitmaps for: each has its own port, and no other's,
 * however often they take turns; one has none. (Nobody answers at these ports: they read 0xFF.)
 *
 * system: p0 ports=0x310 mem=128K fault=restart restarts=2
 * system: p1 ports=0x311 mem=128K fault=restart restarts=2
 * system: p2 ports=0x312 mem=128K fault=restart restarts=2
 * system: p3 ports=0x313 mem=128K fault=restart restarts=2
 * system: none mem=128K fault=restart restarts=2 -- none=1
 * system: p5 ports=0x315 mem=128K fault=restart restarts=2
 * system: p6 ports=0x316 mem=128K fault=restart restarts=2
 * system: p7 ports=0x317 mem=128K fault=restart restarts=2
 * system: p8 ports=0x318 mem=128K fault=restart restarts=2
 * system: p9 ports=0x319 mem=128K fault=restart restarts=2
 */
#include "guest.h"

enum { FIRST = 0x310 };

void run(void)
{
    unsigned life = PAGE->restarts;
    uint16_t own = (uint16_t)(FIRST + PAGE->partition_id);
    tap_continue(life);
    for (unsigned i = 0; i < 50; i++) {
        if (!argument("none", 0))
            in8(own);
        call(HV_CALL_VCPU_YIELD);
    }
    OK(true, "life %u: its own port, between the others' turns", life);
    if (life == 2)
        return;
    in8(life == 0 ? own + 1 : own - 1);
    OK(false, "life %u: another's port was read", life);
}
