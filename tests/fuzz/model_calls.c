/* SPDX-License-Identifier: BSD-2-Clause */
/* The hypercalls, each as docs/ABI.md has it: the statuses in the order of the checks, then what
 * the call does. */
#include <string.h>
#include "fuzz.h"
#include "model_system.h"

static struct model_guest *guest; /* who calls */

static bool in_domain(uint64_t vector)
{
    return vector >= 32 && vector <= 255 && vector != 128;
}

static int64_t call_register(uint64_t vector, uint64_t entry)
{
    if (!in_domain(vector) || !model_may(entry, 1, PAGE_EXECUTE))
        return HV_EINVAL;
    if (!guest->granted[vector])
        return HV_EPERM;
    int64_t status = model_register(&guest->core, (unsigned)vector);
    if (status == 0)
        guest->entry[vector] = entry;
    return status;
}

static int64_t call_unregister(uint64_t vector)
{
    return in_domain(vector) ? model_take_back(guest, (unsigned)vector) : HV_EINVAL;
}

/* What ends a level-triggered line's wait is the end of a service, or an acknowledgement without
 * one. */
static int64_t acknowledge(unsigned vector, uint64_t count)
{
    bool ends = guest->core.in_service[vector] || count > 0;
    int64_t result = model_acknowledge(&guest->core, vector, count);

    if (result >= 0 && ends && vector < HV_VECTOR_VIRTUAL)
        model.lines[vector - HV_VECTOR_LINE].waiting = false;
    return result;
}

static int64_t call_ack(uint64_t vector, uint64_t count)
{
    return in_domain(vector) ? acknowledge((unsigned)vector, count) : HV_EINVAL;
}

static int64_t call_mask(uint64_t vector, bool masked)
{
    return in_domain(vector) ? model_mask(&guest->core, (unsigned)vector, masked) : HV_EINVAL;
}

static bool is_virtual(uint64_t vector)
{
    return vector >= 48 && vector <= 255 && vector != 128;
}

static int64_t call_raise(uint64_t vector, uint64_t target)
{
    if (!is_virtual(vector) || target != 0)
        return HV_EINVAL;
    if (!guest->granted[vector])
        return HV_EPERM;
    if (!guest->core.registered[vector])
        return HV_ENOENT;
    model_raise(&guest->core, (unsigned)vector);
    return 0;
}

static int64_t call_stats(uint64_t vector, uint64_t address, uint64_t size)
{
    if (!in_domain(vector))
        return HV_EINVAL;
    bool own_line = vector < HV_VECTOR_VIRTUAL && guest->granted[vector];
    const uint64_t words[6] = {guest->core.raised[vector],
                               guest->core.acknowledged[vector],
                               guest->core.discarded[vector],
                               model_outstanding(&guest->core, (unsigned)vector),
                               guest->core.upcalls[vector],
                               own_line ? model.lines[vector - HV_VECTOR_LINE].held_ticks : 0};
    uint64_t count = size / 8 < 6 ? size / 8 : 6;
    if (!model_may(address, 8 * count, PAGE_WRITE))
        return HV_EFAULT;
    if (count > 0)
        model_write(guest, address, words, 8 * count);
    return (int64_t)(8 * count);
}

static int64_t call_write(uint64_t address, uint64_t length, unsigned room)
{
    if (length > 4096)
        return HV_EINVAL;
    if (!model_may(address, length, PAGE_READ))
        return HV_EFAULT;
    return (int64_t)(length < room ? length : room);
}

static int64_t call_wait(void)
{
    bool any = false;

    for (unsigned vector = 0; vector < HV_VECTORS; vector++)
        any |= guest->core.registered[vector];
    if (!any)
        return HV_ENOENT;
    model_disable(guest, false);
    if (!model_deliverable(guest))
        model_schedule_block(&model.schedule, (unsigned)(guest - model.guests));
    return 0;
}

/* Whether what the frame says of a service is right; then that is done. */
static bool end_service(const uint64_t words[7])
{
    uint64_t vector = words[0], count = words[1], upcall = words[2];

    if (vector == 0)
        return true;
    if (!in_domain(vector))
        return false;
    if (!guest->core.in_service[vector] || guest->core.upcalls[vector] != upcall)
        return true;
    return acknowledge((unsigned)vector, count) >= 0;
}

static uint64_t call_return(void)
{
    uint64_t words[7];
    struct frame *frame = &guest->frame;

    if (!model_may(frame->rsp, sizeof(words), PAGE_READ)) {
        model_fault(guest, FAULT_BAD_FRAME, 0);
        return 0;
    }
    memcpy(words, model_bytes(guest, frame->rsp), sizeof(words));
    if (words[4] > 0x7FFFFFFFFFFF || words[6] > 0x7FFFFFFFFFFF || !end_service(words)) {
        model_fault(guest, FAULT_BAD_FRAME, 0);
        return 0;
    }
    frame->rip = words[4];
    frame->rsp = words[6];
    /* CF PF AF ZF SF DF OF AC ID are taken; IF, and the bit that is always 1. */
    frame->rflags = (words[5] & 0x240CD5) | 0x202;
    model_disable(guest, false);
    return words[3];
}

static int64_t call_yield(void)
{
    model_schedule_yield(&model.schedule, (unsigned)(guest - model.guests));
    return 0;
}

static int64_t call_end(enum ending ending, uint64_t code)
{
    guest->exit_code = code;
    model_end(guest, ending);
    return 0;
}

uint64_t model_call(struct model_guest *caller, const uint64_t arguments[3], uint64_t number,
                    unsigned room)
{
    uint64_t a = arguments[0], b = arguments[1], c = arguments[2];

    guest = caller;
    switch (number) {
    case 0:
        return 0x00010000;
    case 1:
        return (uint64_t)call_write(a, b, room);
    case 10:
        return (uint64_t)call_yield();
    case 11:
        return (uint64_t)call_wait();
    case 12:
        return (uint64_t)call_end(ENDING_EXIT, a);
    case 13:
        return (uint64_t)call_end(ENDING_RESTART, guest->exit_code);
    case 30:
        return (uint64_t)call_register(a, b);
    case 31:
        return (uint64_t)call_unregister(a);
    case 32:
        return (uint64_t)call_ack(a, b);
    case 33:
        return call_return();
    case 34:
    case 35:
        return (uint64_t)call_mask(a, number == 34);
    case 36:
        return (uint64_t)call_raise(a, b);
    case 37:
        return (uint64_t)call_stats(a, b, c);
    case 38:
        return 0;
    default:
        return (uint64_t)(int64_t)HV_ENOSYS;
    }
}
