/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VCPU_WAIT and VCPU_YIELD.
 *
 * system: wait line=0 vector=48
 * qemu:
 * qemu: icount
 */
#include "guest.h"

static unsigned ticks, virtuals;
static struct hv_upcall tick_frame; /* of the first since `keep_frame` was set */
static bool keep_frame, tick_returned;
static upcall_handler *on_virtual;

static void on_tick(struct hv_upcall *frame)
{
    tick_returned = false;
    if (keep_frame)
        tick_frame = *frame;
    keep_frame = false;
    ticks++;
    spin_us(20);
    tick_returned = true;
}

static void either(struct hv_upcall *frame, struct registers *entry)
{
    if (frame->vector == HV_VECTOR_PIT) {
        on_tick(frame);
        return;
    }
    virtuals++;
    upcall_handler *now = on_virtual;
    on_virtual = NULL;
    if (now)
        now(frame, entry);
}

static void check_unregistered(void)
{
    IS(call(HV_CALL_VCPU_WAIT), HV_ENOENT, "nothing is registered: ENOENT");
    IS(PAGE->irq_disabled, 1, "and interrupts stay disabled");
    must_register(48);
    IS(call(HV_CALL_IRQ_UNREGISTER, 48), 0, "UNREGISTER");
    IS(call(HV_CALL_VCPU_WAIT), HV_ENOENT, "nor is it any longer");
}

static void check_wake(void)
{
    must_register(HV_VECTOR_PIT);
    interrupts_disable();
    for (int i = 0; i < 10; i++) {
        unsigned before = ticks;
        if (i % 2)
            interrupts_disable();
        keep_frame = true;
        int64_t answer = call(HV_CALL_VCPU_WAIT);
        if (answer != 0 || ticks == before || PAGE->irq_disabled || !tick_returned)
            OK(false, "wait %d answered %ld after %u ticks, irq_disabled %u", i, (long)answer,
               ticks - before, PAGE->irq_disabled);
    }
    OK(true, "WAIT returns 0 after an upcall has returned, interrupts enabled");
    IS(tick_frame.rax, 0, "its frame has WAIT's result in RAX");
    const uint8_t *code = (const uint8_t *)tick_frame.rip;
    IS(code[-2] << 8 | code[-1], 0xCD80, "and the address after the call in RIP");
}

static void check_deliverable(void)
{
    call(HV_CALL_IRQ_MASK, HV_VECTOR_PIT);
    interrupts_disable();
    call(HV_CALL_IRQ_RAISE, 48, 0);
    unsigned before = ticks;
    IS(call(HV_CALL_VCPU_WAIT), 0, "WAIT with something deliverable");
    IS(virtuals, 1, "makes its upcall at once");
    IS(ticks, before, "and waits for no other");
    IS(PAGE->irq_disabled, 0, "interrupts are enabled");
    call(HV_CALL_IRQ_UNMASK, HV_VECTOR_PIT);
}

static void check_masked(void)
{
    virtuals = 0;
    call(HV_CALL_IRQ_MASK, 48);
    call(HV_CALL_IRQ_RAISE, 48, 0);
    interrupts_disable();
    while (PAGE->irq_pending)
        call(HV_CALL_IRQ_ACK, HV_VECTOR_PIT, 1);
    unsigned before = ticks;
    IS(call(HV_CALL_VCPU_WAIT), 0, "WAIT with a masked vector pending");
    OK(ticks > before, "is ended by another");
    IS(virtuals, 0, "the masked one is not told");
    call(HV_CALL_IRQ_UNMASK, 48);
    IS(virtuals, 1, "until it is unmasked");
}

static void wait_in_service(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    unsigned before = ticks;
    call(HV_CALL_IRQ_RAISE, 48, 0);
    IS(call(HV_CALL_VCPU_WAIT), 0, "WAIT in the service of a vector that is raised again");
    OK(ticks > before, "is ended by another");
    IS(virtuals, 1, "not by the one in service");
    interrupts_disable();
    frame->count = 1;
}

static void check_in_service(void)
{
    virtuals = 0;
    on_virtual = wait_in_service;
    call(HV_CALL_IRQ_RAISE, 48, 0);
    IS(virtuals, 2, "which is told again after its service");
}

/* Each tick wakes once: none is lost between the test of a condition and the wait. (One may come
 * between a wait's return and the next test.) */
static void check_condition(void)
{
    interrupts_disable();
    uint64_t before = stats_of(HV_VECTOR_PIT).upcalls;
    unsigned start = ticks;
    while (ticks - start < 50) {
        call(HV_CALL_VCPU_WAIT);
        interrupts_disable();
    }
    IS(stats_of(HV_VECTOR_PIT).upcalls - before, ticks - start, "50 waits, as many upcalls");
}

static void check_yield(void)
{
    interrupts_disable();
    IS(call(HV_CALL_VCPU_YIELD), 0, "YIELD answers 0");
    IS(PAGE->irq_disabled, 1, "and leaves interrupts disabled");
    virtuals = 0;
    call(HV_CALL_IRQ_RAISE, 48, 0);
    PAGE->irq_disabled = 0;
    IS(call(HV_CALL_VCPU_YIELD), 0, "YIELD with interrupts enabled");
    IS(virtuals, 1, "its return makes the upcall that is due");
}

void run(void)
{
    on_upcall = either;
    check_unregistered();
    check_wake();
    must_register(48);
    check_deliverable();
    check_masked();
    check_in_service();
    check_condition();
    check_yield();
}
