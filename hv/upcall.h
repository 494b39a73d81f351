/* SPDX-License-Identifier: BSD-2-Clause */
/* Upcalls: building the frame on the guest's stack, and popping it. */
#ifndef HV_UPCALL_H
#define HV_UPCALL_H

#include <stdint.h>
#include "hv/vcpu.h"

/* Makes the upcall that is due to the current vCPU, if one is: for the lowest vector that is
 * eligible. Where the frame can't be written, the partition has faulted. */
void upcall_make(void);

/* IRQ_RETURN of the current vCPU: pops the frame at its RSP and answers the RAX to resume with.
 * Where the frame is bad, the partition has faulted. */
uint64_t upcall_return(void);

#endif
