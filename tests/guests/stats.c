/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IRQ_STATS: sizes and ranges, and each counter against the guest's own sums, far beyond 8 and 16
 * bits.
 *
 * system: stats mem=1M vector=48 vector=49
 */
#include "guest.h"

#define MANY 70000

static uint8_t room[128];

static int64_t stats(const void *address, uint64_t size)
{
    return call(HV_CALL_IRQ_STATS, 48, address, size);
}

/* How many bytes were written, of those filled with a pattern before. */
static unsigned written_bytes(unsigned from)
{
    unsigned end = from;
    for (unsigned i = from; i < sizeof(room); i++)
        if (room[i] != 0xEE)
            end = i + 1;
    return end - from;
}

static void check_sizes(void)
{
    for (unsigned size = 0; size < 64; size++) {
        __builtin_memset(room, 0xEE, sizeof(room));
        unsigned expected = size > 48 ? 48 : size & ~7u;
        int64_t answer = stats(room + 1, size);
        if (answer != expected || written_bytes(1) != expected)
            OK(false, "size %u: answered %ld, wrote %u", size, (long)answer, written_bytes(1));
    }
    OK(true, "as many whole words as fit in 0 to 63 bytes, at an odd address");
    IS(stats(room, 1ul << 40), 48, "a huge size: what is known");
    IS(stats(room, (uint64_t)-1), 48, "the hugest size");
    IS(stats((void *)-1, 0), 0, "no byte, at no address");
    IS(stats(NULL, 7), 0, "7 bytes at address 0");
}

static void check_ranges(void)
{
    char *end = (char *)start_state.registers.rsp;
    char *guard = end - HV_STACK_SIZE - HV_PAGE_SIZE;
    char *page = (char *)start_state.registers.rdi;
    IS(stats(end - 48, 48), 48, "up to the end of the memory");
    IS(stats(end - 48, 4096), 48, "what is written is checked, no more");
    IS(stats(end - 47, 48), HV_EFAULT, "across the end");
    IS(stats(end - 47, 47), 40, "a part of it before the end");
    IS(stats(end, 8), HV_EFAULT, "after the end");
    IS(stats(guard - 8, 8), 8, "up to the guard page");
    IS(stats(guard - 7, 8), HV_EFAULT, "into the guard page");
    IS(stats(guard + HV_PAGE_SIZE - 1, 8), HV_EFAULT, "out of the guard page");
    IS(stats((void *)run, 8), HV_EFAULT, "code");
    IS(stats("constant", 8), HV_EFAULT, "constants");
    IS(stats(NULL, 8), HV_EFAULT, "address 0");
    IS(stats((void *)0xFFFFFFFF80000000, 8), HV_EFAULT, "the upper half");
    IS(stats((void *)-4, 8), HV_EFAULT, "wrapping round");
    IS(stats(page + 2048, 48), 48, "the vCPU page");
    IS(stats(page + HV_PAGE_SIZE - 8, 16), HV_EFAULT, "across the vCPU page's end");
}

static uint64_t upcalls, acknowledged;

static void note_upcall(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    upcalls++;
    if (frame->upcall != upcalls)
        OK(false, "upcall %lu calls itself %lu", upcalls, frame->upcall);
    acknowledged += frame->count;
}

static void check_upcalls(void)
{
    on_upcall = note_upcall;
    interrupts_enable();
    for (unsigned i = 0; i < MANY; i++)
        call(HV_CALL_IRQ_RAISE, 48, 0);
    struct hv_irq_stats now = stats_of(48);
    IS(upcalls, MANY, "as many upcalls as raises");
    IS(now.upcalls, upcalls, "upcalls");
    IS(now.acknowledged, acknowledged, "acknowledged");
    IS(now.raised, MANY, "raised");
}

static void check_coalesced(void)
{
    interrupts_disable();
    for (unsigned i = 0; i < MANY; i++)
        call(HV_CALL_IRQ_RAISE, 48, 0);
    struct hv_irq_stats now = stats_of(48);
    IS(now.raised, 2 * MANY, "raised, while interrupts are disabled");
    IS(now.outstanding, MANY, "outstanding");
    IS(call(HV_CALL_IRQ_ACK, 48, 300), MANY - 300, "300 acknowledged");
    acknowledged = 0;
    interrupts_enable();
    IS(acknowledged, MANY - 300, "the upcall's count");
    now = stats_of(48);
    IS(now.upcalls, MANY + 1, "in one upcall");
    IS(now.acknowledged, 2 * MANY, "acknowledged");
    IS(now.outstanding, 0, "outstanding");
    interrupts_disable();
    for (unsigned i = 0; i < 300; i++)
        call(HV_CALL_IRQ_RAISE, 48, 0);
    IS(call(HV_CALL_IRQ_UNREGISTER, 48), 300, "UNREGISTER answers beyond 8 bits");
    now = stats_of(48);
    IS(now.discarded, 300, "discarded");
    IS(now.raised, now.acknowledged + now.discarded, "the sums agree");
    IS(now.held, 0, "a virtual vector is not held");
    now = stats_of(49);
    IS(now.raised | now.acknowledged | now.discarded | now.upcalls, 0, "vector 49 has nothing");
}

void run(void)
{
    must_register(48);
    must_register(49);
    check_sizes();
    check_ranges();
    check_upcalls();
    check_coalesced();
}
