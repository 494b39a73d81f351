/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults (#UD), exits or restarts, as its arguments say; for the tests of policies and of the end.
 */
#include "guest.h"

void run(void)
{
    say("life %u", PAGE->restarts);
    spin_us(argument("after", 0));
    if (argument("restart", 0))
        call(HV_CALL_PARTITION_RESTART);
    call(HV_CALL_IRQ_REGISTER, 48, upcall_entry);
    for (uint64_t i = 0; i < argument("raise", 0); i++)
        call(HV_CALL_IRQ_RAISE, 48, 0);
    for (uint64_t i = 0; i < argument("ack", 0); i++)
        call(HV_CALL_IRQ_ACK, 48, 1);
    if (argument("unregister", 0))
        call(HV_CALL_IRQ_UNREGISTER, 48);
    if (argument("fault", 0))
        __asm__ volatile("ud2");
    call(HV_CALL_PARTITION_EXIT, argument("exit", 0));
}
