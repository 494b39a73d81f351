/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames that IRQ_RETURN refuses, and stacks that take no frame, one in each life. Each is a fault
 * that acknowledges nothing. test_faults.py compares what is announced with what is reported.
 */
#include "guest.h"

#define NOT_A_PLACE 0x0000800000000000ul
#define GUARD_PAGE  (HV_MEM_BASE + HV_MEM_DEFAULT - HV_STACK_SIZE - HV_PAGE_SIZE)

static void (*change)(struct hv_upcall *frame);

static void too_many(struct hv_upcall *frame)
{
    frame->count++;
}

static void far_too_many(struct hv_upcall *frame)
{
    frame->count = ~0ul;
}

static void exception_vector(struct hv_upcall *frame)
{
    frame->vector = 14;
}

static void gate_vector(struct hv_upcall *frame)
{
    frame->vector = HV_GATE;
}

static void big_vector(struct hv_upcall *frame)
{
    frame->vector = 256;
}

static void huge_vector(struct hv_upcall *frame)
{
    frame->vector += 1ul << 32;
}

static void far_rip(struct hv_upcall *frame)
{
    frame->rip = NOT_A_PLACE;
}

static void kernel_rip(struct hv_upcall *frame)
{
    frame->rip = 0xFFFFFFFF80100000;
}

static void far_rsp(struct hv_upcall *frame)
{
    frame->rsp = NOT_A_PLACE;
}

static void kernel_rsp(struct hv_upcall *frame)
{
    frame->rsp = ~0ul;
}

static void leave(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    change(frame);
}

/* IRQ_RETURN, or RAISE of vector 48, with this RSP. */
static void call_at(uint64_t rsp, uint64_t number)
{
    __asm__ volatile("mov %0, %%rsp\n"
                     "int $0x80\n"
                     "ud2\n" ::"r"(rsp),
                     "a"(number), "D"(48ul), "S"(0ul)
                     : "memory");
}

struct kind {
    const char *name;
    void (*change)(struct hv_upcall *frame); /* NULL: the call is made at `rsp` */
    uint64_t number;
    uint64_t rsp;
};

static const struct kind kinds[] = {
    {"more than is outstanding", too_many, 0, 0},
    {"far more", far_too_many, 0, 0},
    {"an exception's vector", exception_vector, 0, 0},
    {"the gate's vector", gate_vector, 0, 0},
    {"vector 256", big_vector, 0, 0},
    {"a vector of 33 bits", huge_vector, 0, 0},
    {"RIP no user address", far_rip, 0, 0},
    {"RIP in the upper half", kernel_rip, 0, 0},
    {"RSP no user address", far_rsp, 0, 0},
    {"RSP in the upper half", kernel_rsp, 0, 0},
    {"return at 0", NULL, HV_CALL_IRQ_RETURN, 0},
    {"return in the guard page", NULL, HV_CALL_IRQ_RETURN, GUARD_PAGE + 64},
    {"return into the guard page", NULL, HV_CALL_IRQ_RETURN, GUARD_PAGE - 55},
    {"return in the upper half", NULL, HV_CALL_IRQ_RETURN, 0xFFFFFFFF80100000},
    {"return at no canonical address", NULL, HV_CALL_IRQ_RETURN, NOT_A_PLACE},
    {"return across the end", NULL, HV_CALL_IRQ_RETURN, HV_MEM_BASE + HV_MEM_DEFAULT - 55},
    {"upcall at 0", NULL, HV_CALL_IRQ_RAISE, 0},
    {"upcall at 100", NULL, HV_CALL_IRQ_RAISE, 100},
    {"upcall in the guard page", NULL, HV_CALL_IRQ_RAISE, GUARD_PAGE + HV_PAGE_SIZE},
    {"upcall before the memory", NULL, HV_CALL_IRQ_RAISE, HV_MEM_BASE - 2 * HV_PAGE_SIZE},
    {"upcall in code", NULL, HV_CALL_IRQ_RAISE, HV_MEM_BASE + 1024},
    {"upcall in the upper half", NULL, HV_CALL_IRQ_RAISE, 0xFFFFFFFF80100000},
    {"upcall beyond the end", NULL, HV_CALL_IRQ_RAISE, HV_MEM_BASE + HV_MEM_DEFAULT + 4096},
};

void run(void)
{
    unsigned life = PAGE->restarts;
    tap_continue(life);
    if (life == ARRAY_LENGTH(kinds))
        return;
    const struct kind *kind = &kinds[life];
    OK(true, "life %u", life);
    on_upcall = leave;
    call(HV_CALL_IRQ_REGISTER, 48, upcall_entry);
    call(HV_CALL_IRQ_RAISE, 48, 0);
    call(HV_CALL_IRQ_RAISE, 48, 0);
    bool upcall = kind->number == HV_CALL_IRQ_RAISE;
    say("try %s: %s outstanding=%u", kind->name, upcall ? "bad stack" : "bad frame", 2 + upcall);
    change = kind->change;
    PAGE->irq_disabled = !kind->change && !upcall;
    if (kind->change)
        call(HV_CALL_IRQ_POLL);
    else
        call_at(kind->rsp, kind->number);
    say("not ok - %s was no fault", kind->name);
    call(HV_CALL_PARTITION_RESTART);
}
