/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IRQ_MASK and IRQ_UNMASK, and what IRQ_UNREGISTER does to the three bits.
 *
 * system: mask vector=48 vector=49
 */
#include "guest.h"

static unsigned upcalls, last_count, last_vector;

static void note_upcall(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    upcalls++;
    last_count = (unsigned)frame->count;
    last_vector = (unsigned)frame->vector;
}

static void raise(unsigned vector)
{
    call(HV_CALL_IRQ_RAISE, vector, 0);
}

static void check_mask(void)
{
    interrupts_enable();
    IS(call(HV_CALL_IRQ_MASK, 48), 0, "MASK");
    raise(48);
    raise(48);
    IS(upcalls, 0, "masked: no upcall");
    IS(stats_of(48).outstanding, 2, "masked: counted");
    IS(PAGE->irq_pending, 0, "masked: irq_pending is 0");
    IS(call(HV_CALL_IRQ_MASK, 48), 0, "MASK again");
    raise(49);
    IS(last_vector, 49, "another vector is delivered");
    IS(upcalls, 1, "and only that");
    IS(call(HV_CALL_IRQ_UNMASK, 48), 0, "UNMASK");
    IS(upcalls, 2, "its return makes the upcall");
    IS(last_count, 2, "with all that was counted");
    IS(call(HV_CALL_IRQ_UNMASK, 48), 0, "UNMASK again");
    IS(upcalls, 2, "changes nothing");
    interrupts_disable();
    raise(48);
    IS(PAGE->irq_pending, 1, "pending");
    call(HV_CALL_IRQ_MASK, 48);
    IS(PAGE->irq_pending, 0, "masked while pending: irq_pending is 0");
    call(HV_CALL_IRQ_UNMASK, 48);
    IS(PAGE->irq_pending, 1, "unmasked while pending: irq_pending is 1");
    call(HV_CALL_IRQ_MASK, 48);
    IS(call(HV_CALL_IRQ_ACK, 48, 1), 0, "ACK of a masked vector");
    call(HV_CALL_IRQ_UNMASK, 48);
    interrupts_enable();
    IS(upcalls, 2, "nothing is left to tell");
}

static void check_unregister(void)
{
    interrupts_disable();
    struct hv_irq_stats before = stats_of(48);
    call(HV_CALL_IRQ_MASK, 48);
    raise(48);
    raise(48);
    raise(48);
    call(HV_CALL_IRQ_ACK, 48, 1);
    IS(call(HV_CALL_IRQ_UNREGISTER, 48), 2, "UNREGISTER answers what was outstanding");
    struct hv_irq_stats after = stats_of(48);
    IS(after.discarded - before.discarded, 2, "and it is discarded");
    IS(after.raised - before.raised, 3, "raised keeps its count");
    IS(after.acknowledged - before.acknowledged, 1, "acknowledged too");
    IS(after.outstanding, 0, "nothing is outstanding");
    IS(PAGE->irq_pending, 0, "nothing is pending");
    IS(call(HV_CALL_IRQ_RAISE, 48, 0), HV_ENOENT, "RAISE is not counted now");
    IS(stats_of(48).raised, after.raised, "raised stays");
    must_register(48);
    raise(48);
    IS(PAGE->irq_pending, 1, "registered afresh it is not masked");
    upcalls = 0;
    interrupts_enable();
    IS(upcalls, 1, "and delivered");
    IS(last_count, 1, "with what came since");
}

void run(void)
{
    on_upcall = note_upcall;
    must_register(48);
    must_register(49);
    check_mask();
    check_unregister();
}
