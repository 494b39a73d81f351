/* SPDX-License-Identifier: BSD-2-Clause */
/* The offsets and numbers that assembly uses, for build/gen/offsets.inc. Compiled to assembly only;
 * the Makefile takes the "=> NAME value" lines out. */
#include <stddef.h>
#include "arch/x86/descriptors.h"
#include "arch/x86/stacks.h"
#include "hv/hypercall.h"
#include "hv/trace_point.h"
#include "hv/vcpu.h"

#define CONSTANT(name, value) __asm__ volatile("\n#=> " #name " %0" : : "i"(value))

#define RECORD(field) offsetof(struct hv_trace_record, field)

void offsets(void);

void offsets(void)
{
    CONSTANT(CPU_FRAME, offsetof(struct cpu, frame));
    _Static_assert(offsetof(struct cpu, upcall) == offsetof(struct cpu, attention) + 1, "one word");
    CONSTANT(CPU_ATTENTION, offsetof(struct cpu, attention));
    CONSTANT(CPU_SELF, offsetof(struct cpu, self));
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
    CONSTANT(TRACE_MADE, offsetof(struct trace, made));
    CONSTANT(TRACE_RECORD, sizeof(struct hv_trace_record));
    _Static_assert(offsetof(struct trace, record) == 0, "a place in the ring is one in the trace");
    _Static_assert(RECORD(kind) == RECORD(vector) + 4, "one word");
    CONSTANT(RECORD_TIME, RECORD(time));
    CONSTANT(RECORD_VALUE, RECORD(value));
    CONSTANT(RECORD_VECTOR, RECORD(vector));
    CONSTANT(RECORD_VCPU, RECORD(vcpu));
    CONSTANT(VECTOR_LINE, HV_VECTOR_LINE);
    CONSTANT(VECTOR_GATE, HV_GATE);
}
