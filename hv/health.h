/* SPDX-License-Identifier: BSD-2-Clause */
/* The health monitor: a fault of a guest → its policy's action and one line; a fault of the machine
 * or of the hypervisor → the end, with a report. */
#ifndef HV_HEALTH_H
#define HV_HEALTH_H

#include <stdbool.h>
#include <stdint.h>
#include "belfry/hv_abi.h"
#include "hv/compiler.h"
#include "hv/config.h"

struct partition;
struct vcpu;

/* What a fault is: an exception's vector (0 to 31), or: */
enum { FAULT_BAD_FRAME = HV_FAULT_BAD_FRAME, FAULT_BAD_STACK = HV_FAULT_BAD_STACK };

enum { EXCEPTION_PF = 14 };

/* The longest line of a fault is shorter, its NUL included. */
enum { HEALTH_LINE = 128 };

/* What is written to QEMU's debug exit. */
enum { EXIT_CONFIG = 0x10, EXIT_SUCCESS = 0x11, EXIT_STOPPED = 0x12, EXIT_FAILED = 0x13 };

/* Before anything can end: the command line, for `exit=`. It is kept, not copied. */
void health_init(const struct config *config);

/* The name of a fault: "#GP", "bad frame" … */
const char *health_fault_name(unsigned what);

/* The current vCPU has faulted; `address` is that of a page fault. Its partition's policy decides.
 */
void health_fault(struct vcpu *vcpu, unsigned what, uint64_t address);

/* Writes the line of a partition's fault, without newline: parts 0, 1 and so on, one number in
 * each. False: that was the last. */
bool health_describe(const struct partition *partition, unsigned part, char line[HEALTH_LINE]);

/* The policy `halt`: the machine stops; with exit=idle a summary before that. */
_Noreturn void health_halt(const struct partition *partition, const struct partition *all,
                           unsigned count);

/* Every partition has stopped: with exit=idle a summary and the end; else says so and returns. */
void health_finish(const struct partition *all, unsigned count);

/* For the end alone: a line straight to the wire, past the console's buffers. */
void health_say(const char *format, ...) PRINTF_LIKE(1, 2);

/* After what health_say() said: the end. */
_Noreturn void health_stop(void);

/* The boot can't go on: one line that says why, and the end. */
_Noreturn void health_refuse(uint8_t value, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
