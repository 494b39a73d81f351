/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HV_HYPERCALL_H
#define HV_HYPERCALL_H

#include <stdint.h>
#include "belfry/hv_abi.h"

/*
 * A hypercall of the current vCPU: takes RDI, RSI and RDX, all 64 bits of each, as the guest had
 * them. Answers the RAX to return with: a result, or a status HV_E…. The current vCPU may have
 * stopped running by then: cpu.attention tells.
 */
typedef int64_t hypercall(uint64_t first, uint64_t second, uint64_t third);

/* By the number in RAX. A number beyond these is HV_ENOSYS. */
#define HYPERCALLS (HV_CALL_SYSTEM_TRACE + 1)
extern hypercall *const hypercalls[HYPERCALLS];

/* IRQ_ACK while hypercalls are traced, so that it costs nothing while they are not. */
hypercall irq_ack_traced_call;

#endif
