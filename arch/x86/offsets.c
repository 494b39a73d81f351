/* SPDX-License-Identifier: BSD-2-Clause */
/* The offsets and numbers that assembly uses, for build/gen/offsets.inc. Compiled to assembly only;
 * the Makefile takes the "=> NAME value" lines out. */
#include <stddef.h>
#include "arch/x86/descriptors.h"
#include "arch/x86/stacks.h"
#include "hv/hypercall.h"
#include "hv/vcpu.h"

#define CONSTANT(name, value) __asm__ volatile("\n#=> " #name " %0" : : "i"(value))

void offsets(void);

void offsets(void)
{
    CONSTANT(CPU_FRAME, offsetof(struct cpu, frame));
    _Static_assert(offsetof(struct cpu, upcall) == offsetof(struct cpu, attention) + 1, "one word");
    CONSTANT(CPU_ATTENTION, offsetof(struct cpu, attention));
    CONSTANT(CPU_HALT, offsetof(struct cpu, halt));
    CONSTANT(FRAME_R15, offsetof(struct frame, r15));
    CONSTANT(FRAME_RBX, offsetof(struct frame, rbx));
    CONSTANT(FRAME_RDX, offsetof(struct frame, rdx));
    CONSTANT(FRAME_RAX, offsetof(struct frame, rax));
    CONSTANT(FRAME_VECTOR, offsetof(struct frame, vector));
    CONSTANT(FRAME_RIP, offsetof(struct frame, rip));
    CONSTANT(FRAME_CS, offsetof(struct frame, cs));
    CONSTANT(HV_STACK_END, (STACK_HV + 1) * sizeof(struct stack));
    CONSTANT(HYPERCALLS, HYPERCALLS);
    CONSTANT(ENOSYS, HV_ENOSYS);
    CONSTANT(VECTOR_LINE, HV_VECTOR_LINE);
    CONSTANT(VECTOR_GATE, HV_GATE);
}
