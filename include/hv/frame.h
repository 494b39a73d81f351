/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trap frame: one layout for exceptions, interrupts and hypercalls. It is the last part of a
 * vCPU's record; RSP0 points at its end, so an entry from the guest saves straight into the vCPU.
 * The first ten are callee-saved in all of the hypervisor, so the quick ways in leave their slots
 * unfilled: they hold the guest's values only after a switch away from the vCPU.
 */
#ifndef HV_FRAME_H
#define HV_FRAME_H

#include <stdint.h>

struct frame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rbx;
    uint64_t rdx, rcx, rsi, rdi, rax; /* saved at every entry */
    uint64_t vector, error;           /* of an exception */
    uint64_t rip, cs, rflags, rsp, ss;
};

_Static_assert(sizeof(struct frame) == 22 * sizeof(uint64_t), "trap_entry.asm pushes 22 words");

#endif
