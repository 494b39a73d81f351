/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HV_HYPERCALL_H
#define HV_HYPERCALL_H

#include <stdint.h>

/*
 * A hypercall of the current vCPU: RDI, RSI, RDX and RAX, all 64 bits of each, as the guest had
 * them. Answers the RAX to return with: a result, or a status HV_E…. The current vCPU may have
 * stopped running by then: cpu.attention tells.
 */
int64_t hypercall(uint64_t first, uint64_t second, uint64_t third, uint64_t number);

#endif
