/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/upcall.h"
#include "hv/bitmap.h"
#include "hv/compiler.h"
#include "hv/health.h"
#include "hv/irq.h"
#include "hv/partition.h"
#include "hv/trace_point.h"

/* Intel SDM volume 1, section 3.4.3: the flags of RFLAGS by name. */
enum {
    RFLAGS_FIXED = 1 << 1,
    RFLAGS_IF = 1 << 9,
    RFLAGS_TF = 1 << 8,
    RFLAGS_DF = 1 << 10,
    RFLAGS_NT = 1 << 14,
    RFLAGS_AC = 1 << 18,
    RFLAGS_ID = 1 << 21,
    RFLAGS_STATUS = 0x8D5 /* CF PF AF ZF SF OF */
};

/* What a guest's frame may set; what an upcall begins with, of the state that it interrupts. */
#define RFLAGS_GUEST  (RFLAGS_STATUS | RFLAGS_DF | RFLAGS_AC | RFLAGS_ID)
#define RFLAGS_UPCALL (~(uint64_t)(RFLAGS_DF | RFLAGS_TF | RFLAGS_NT | RFLAGS_AC))

/* The highest aligned address below the red zone with room for a frame. Aligned so, a frame never
 * crosses a page. */
static uint64_t frame_address(uint64_t rsp)
{
    return (rsp - HV_RED_ZONE - HV_UPCALL_SIZE) & ~(uint64_t)(HV_UPCALL_SIZE - 1);
}

typedef volatile struct hv_upcall unaligned_upcall __attribute__((aligned(1)));

/* The service of the lowest vector begins: what it says goes into `upcall`, where the state that it
 * interrupts is already. Answers the vector. */
static inline uint64_t begin_upcall(struct vcpu *vcpu, unaligned_upcall *upcall)
{
    const struct virq_service service = virq_begin(vcpu_virq(vcpu));

    upcall->vector = service.vector;
    upcall->count = service.count;
    upcall->upcall = service.upcall;
    trace_point_upcall(HV_TRACE_UPCALL, upcall);
    upcall->reserved = 0;
    vcpu->frame.rip = vcpu->entry[service.vector];
    vcpu->page->irq_disabled = 1;
    vcpu_refresh(vcpu);
    return service.vector;
}

void upcall_make(void)
{
    struct vcpu *vcpu = cpu.current;

    if (!cpu.upcall || vcpu->page->irq_disabled)
        return;
    struct frame *frame = &vcpu->frame;
    uint64_t address = frame_address(frame->rsp);

    if (!partition_may(vcpu->partition, address, PAGE_WRITE)) {
        health_fault(vcpu, FAULT_BAD_STACK, 0);
        return;
    }
    struct hv_upcall *upcall = partition_at(vcpu->partition, address);
    upcall->rax = frame->rax;
    upcall->rip = frame->rip;
    upcall->rflags = frame->rflags;
    upcall->rsp = frame->rsp;
    frame->rsp = address;
    frame->rflags &= RFLAGS_UPCALL;
    frame->rax = begin_upcall(vcpu, upcall);
}

/* Acknowledges what the frame says, where its upcall's service has not ended otherwise. False: bad.
 */
static bool end_service(struct vcpu *vcpu, unaligned_upcall *upcall)
{
    uint64_t vector = upcall->vector;
    int64_t status = 0;

    if (LIKELY(vector < HV_VECTORS))
        status = irq_end(vcpu, (struct virq_service){.vector = (unsigned)vector,
                                                     .count = upcall->count,
                                                     .upcall = upcall->upcall});
    if (LIKELY(status == VIRQ_ENDED)) {
        trace_point_upcall(HV_TRACE_RETURN, upcall);
        return true;
    }
    if (status != 0 || (vector != 0 && !irq_in_domain(vector)))
        return false;
    trace_point(HV_TRACE_RETURN, vector, 0);
    return true;
}

static bool is_user_address(uint64_t address)
{
    return address >> 47 == 0;
}

/* Whether the frame at `address` can be one that upcall_make() built, which lies on one page. */
static bool may_be_built(const struct partition *partition, uint64_t address)
{
    return address % HV_UPCALL_SIZE == 0 && partition_may(partition, address, PAGE_WRITE);
}

/* The other frames: what a guest may read, it may return by. */
APART static bool may_read_frame(const struct partition *partition, uint64_t address)
{
    return partition_memory(partition, address, HV_UPCALL_READ, PAGE_READ);
}

/* Whether the upcall that is due now interrupts what the one did that has ended, and its frame has
 * the same place: the way out would make the one frame of the other. */
static bool follows_on(const struct vcpu *vcpu, uint64_t rsp)
{
    return !cpu.attention && frame_address(rsp) == vcpu->frame.rsp &&
           may_be_built(vcpu->partition, vcpu->frame.rsp);
}

/* Each field of the guest's frame is read once, where it is needed: fewer are at hand at a time. */
uint64_t upcall_return(void)
{
    struct vcpu *vcpu = cpu.current;
    struct frame *frame = &vcpu->frame;

    if (!may_be_built(vcpu->partition, frame->rsp) &&
        !may_read_frame(vcpu->partition, frame->rsp)) {
        health_fault(vcpu, FAULT_BAD_FRAME, 0);
        return 0;
    }
    unaligned_upcall *upcall = partition_at(vcpu->partition, frame->rsp);
    uint64_t rip = upcall->rip, rsp = upcall->rsp;
    if (!is_user_address(rip) || !is_user_address(rsp) || !end_service(vcpu, upcall)) {
        health_fault(vcpu, FAULT_BAD_FRAME, 0);
        return 0;
    }
    uint64_t rflags = RFLAGS_FIXED | RFLAGS_IF | (upcall->rflags & RFLAGS_GUEST);
    if (UNLIKELY(bit_any(vcpu_virq(vcpu)->summary))) {
        if (follows_on(vcpu, rsp)) { /* 191 instructions became 152 */
            upcall->rflags = rflags;
            frame->rflags = rflags & RFLAGS_UPCALL;
            return begin_upcall(vcpu, upcall);
        }
        vcpu_refresh(vcpu);
    }
    frame->rip = rip;
    frame->rsp = rsp;
    frame->rflags = rflags;
    vcpu->page->irq_disabled = 0;
    return upcall->rax; /* no frame has it where the page was just written: it would begin before */
}
