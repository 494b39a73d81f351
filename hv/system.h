/* SPDX-License-Identifier: BSD-2-Clause */
/* The calls with which a system partition observes and controls the others (ABI 1.1). To who has no
 * `system` on its line they are no calls. */
#ifndef HV_SYSTEM_H
#define HV_SYSTEM_H

#include "hv/hypercall.h"

hypercall system_info_call, system_partition_call, system_vector_call, system_line_call;
hypercall system_stop_call, system_start_call, system_restart_call, system_reboot_call;
hypercall system_trace_call;

#endif
