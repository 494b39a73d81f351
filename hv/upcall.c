/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/upcall.h"
#include "hv/compiler.h"
#include "hv/health.h"
#include "hv/irq.h"
#include "hv/partition.h"

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

#define RFLAGS_GUEST (RFLAGS_STATUS | RFLAGS_DF | RFLAGS_AC | RFLAGS_ID)

/* The highest aligned address below the red zone with room for a frame. Aligned so, a frame never
 * crosses a page. */
static uint64_t frame_address(uint64_t rsp)
{
    return (rsp - HV_RED_ZONE - HV_UPCALL_SIZE) & ~(uint64_t)(HV_UPCALL_SIZE - 1);
}

void upcall_make(struct vcpu *vcpu)
{
    struct frame *frame = &vcpu->frame;
    struct virq *virq = vcpu_virq(vcpu);
    unsigned vector = virq_next(virq);
    uint64_t address = frame_address(frame->rsp);
    struct hv_upcall *upcall = partition_page(vcpu->partition, address, PAGE_WRITE);

    if (!upcall) {
        health_fault(vcpu, FAULT_BAD_STACK, 0);
        return;
    }
    virq_begin(virq, vector);
    upcall->vector = vector;
    upcall->count = virq_outstanding(virq, vector);
    upcall->upcall = virq->upcalls[bitmap_word(vector)][bitmap_bit(vector)];
    upcall->rax = frame->rax;
    upcall->rip = frame->rip;
    upcall->rflags = frame->rflags;
    upcall->rsp = frame->rsp;
    upcall->reserved = 0;

    vcpu->page->irq_disabled = 1;
    frame->rax = vector;
    frame->rip = vcpu->entry[vector];
    frame->rsp = address;
    frame->rflags &= ~(uint64_t)(RFLAGS_DF | RFLAGS_TF | RFLAGS_NT | RFLAGS_AC);
    vcpu_refresh(vcpu);
}

/* Acknowledges what the frame says, where its upcall's service has not ended otherwise. False: bad.
 */
static bool end_service(struct vcpu *vcpu, const struct hv_upcall *upcall)
{
    if (upcall->vector == 0)
        return true;
    if (!irq_in_domain(upcall->vector))
        return false;
    unsigned vector = (unsigned)upcall->vector;
    if (!virq_serves(vcpu_virq(vcpu), vector, upcall->upcall))
        return true;
    return irq_acknowledge(vcpu, vector, upcall->count) >= 0;
}

static bool is_user_address(uint64_t address)
{
    return address >> 47 == 0;
}

typedef struct hv_upcall unaligned_upcall __attribute__((aligned(1)));

/* The frame at `address` as the hypervisor sees it, or NULL: one that upcall_make() built lies on
 * one page. */
static const volatile unaligned_upcall *find_frame(const struct partition *partition,
                                                   uint64_t address)
{
    if (LIKELY(address % HV_UPCALL_SIZE == 0))
        return partition_page(partition, address, PAGE_READ);
    return partition_memory(partition, address, HV_UPCALL_READ, PAGE_READ);
}

/* Reads each field once: the guest's memory is not looked at again. */
static inline struct hv_upcall read_frame(const volatile unaligned_upcall *there)
{
    return (struct hv_upcall){.vector = there->vector,
                              .count = there->count,
                              .upcall = there->upcall,
                              .rax = there->rax,
                              .rip = there->rip,
                              .rflags = there->rflags,
                              .rsp = there->rsp};
}

uint64_t upcall_return(struct vcpu *vcpu)
{
    struct frame *frame = &vcpu->frame;
    const volatile unaligned_upcall *there = find_frame(vcpu->partition, frame->rsp);

    if (!there) {
        health_fault(vcpu, FAULT_BAD_FRAME, 0);
        return 0;
    }
    const struct hv_upcall upcall = read_frame(there);
    if (!is_user_address(upcall.rip) || !is_user_address(upcall.rsp) ||
        !end_service(vcpu, &upcall)) {
        health_fault(vcpu, FAULT_BAD_FRAME, 0);
        return 0;
    }
    frame->rip = upcall.rip;
    frame->rsp = upcall.rsp;
    frame->rflags = RFLAGS_FIXED | RFLAGS_IF | (upcall.rflags & RFLAGS_GUEST);
    vcpu->page->irq_disabled = 0;
    vcpu_refresh(vcpu);
    return upcall.rax;
}
