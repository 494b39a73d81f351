/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each status of the IRQ calls, and the order in which they are checked. What failed has changed
 * nothing.
 *
 * system: statuses line=0 line=5 vector=48 vector=49 vector=255
 */
#include "guest.h"

#define NO_ENTRY 0ul

static const uint64_t outside[] = {0,
                                   1,
                                   14,
                                   31,
                                   128,
                                   256,
                                   0x120,
                                   48 + 256,
                                   (1ul << 32) + 32,
                                   (1ul << 32) + 48,
                                   (1ul << 63) + 48,
                                   (uint64_t)-1,
                                   (uint64_t)-208};

/* `number` answers EINVAL for every vector outside the domain, whatever the other arguments. */
static void check_domain(const char *name, uint64_t number)
{
    bool all = true;
    for (size_t i = 0; i < ARRAY_LENGTH(outside); i++) {
        int64_t good = call(number, outside[i], upcall_entry, 0);
        int64_t bad = call(number, outside[i], -1, -1);
        if (good == HV_EINVAL && bad == HV_EINVAL)
            continue;
        tap_note("vector 0x%lx: %ld and %ld", outside[i], good, bad);
        all = false;
    }
    OK(all, "%s: EINVAL outside the domain", name);
}

static char data[8] = "\xC3";

static void check_entries(void)
{
    const uint64_t entries[] = {NO_ENTRY,
                                (uint64_t)data,
                                start_state.registers.rsp - 8,
                                start_state.registers.rsp - HV_STACK_SIZE - 8,
                                start_state.registers.rsp,
                                (uint64_t)PAGE,
                                HV_MEM_BASE - 1,
                                (uint64_t)upcall_entry + (1ul << 32),
                                (uint64_t)upcall_entry | (1ul << 47),
                                (uint64_t)upcall_entry | (1ul << 63),
                                0x100000,
                                0xFFFFFFFF80100000,
                                (uint64_t)-1};
    for (size_t i = 0; i < ARRAY_LENGTH(entries); i++)
        IS(call(HV_CALL_IRQ_REGISTER, 48, entries[i]), HV_EINVAL, "REGISTER: entry 0x%lx",
           entries[i]);
}

static void check_register(void)
{
    check_domain("REGISTER", HV_CALL_IRQ_REGISTER);
    check_entries();
    IS(call(HV_CALL_IRQ_REGISTER, 50, NO_ENTRY), HV_EINVAL, "REGISTER: EINVAL before EPERM");
    IS(call(HV_CALL_IRQ_REGISTER, 50, upcall_entry), HV_EPERM, "REGISTER: a vector not granted");
    IS(call(HV_CALL_IRQ_REGISTER, 33, upcall_entry), HV_EPERM, "REGISTER: a line not granted");
    IS(call(HV_CALL_IRQ_REGISTER, 34, upcall_entry), HV_EPERM, "REGISTER: the cascade");
    IS(call(HV_CALL_IRQ_REGISTER, 47, upcall_entry), HV_EPERM, "REGISTER: line 15");
    must_register(48);
    IS(call(HV_CALL_IRQ_REGISTER, 48, upcall_entry), HV_EBUSY, "REGISTER: registered already");
    IS(call(HV_CALL_IRQ_REGISTER, 48, upcall_entry_other), HV_EBUSY,
       "REGISTER: registered already, with another entry");
    IS(call(HV_CALL_IRQ_REGISTER, 48, NO_ENTRY), HV_EINVAL, "REGISTER: EINVAL before EBUSY");
    must_register(255);
    must_register(32);
    must_register(37);
    IS(call(HV_CALL_IRQ_UNREGISTER, 37), 0, "UNREGISTER line 5");
    IS(call(HV_CALL_IRQ_UNREGISTER, 32) >= 0, 1, "UNREGISTER line 0");
    IS(call(HV_CALL_IRQ_UNREGISTER, 255), 0, "UNREGISTER 255");
}

static void check_unregister(void)
{
    check_domain("UNREGISTER", HV_CALL_IRQ_UNREGISTER);
    IS(call(HV_CALL_IRQ_UNREGISTER, 49), HV_ENOENT, "UNREGISTER: not registered");
    IS(call(HV_CALL_IRQ_UNREGISTER, 50), HV_ENOENT, "UNREGISTER: ENOENT where not granted");
    IS(call(HV_CALL_IRQ_UNREGISTER, 34), HV_ENOENT, "UNREGISTER: ENOENT for the cascade");
}

static void check_ack(void)
{
    check_domain("ACK", HV_CALL_IRQ_ACK);
    IS(call(HV_CALL_IRQ_ACK, 49, 0), HV_ENOENT, "ACK: not registered");
    IS(call(HV_CALL_IRQ_ACK, 49, -1), HV_ENOENT, "ACK: ENOENT before ERANGE");
    IS(call(HV_CALL_IRQ_ACK, 50, 0), HV_ENOENT, "ACK: ENOENT where not granted");
    IS(call(HV_CALL_IRQ_ACK, 48, 1), HV_ERANGE, "ACK: more than is outstanding");
    IS(call(HV_CALL_IRQ_ACK, 48, -1), HV_ERANGE, "ACK: far more than is outstanding");
    IS(call(HV_CALL_IRQ_ACK, 48, 1ul << 32), HV_ERANGE, "ACK: all 64 bits of the number count");
    IS(call(HV_CALL_IRQ_ACK, 48, 0), 0, "ACK of nothing");
}

static void check_masks(void)
{
    check_domain("MASK", HV_CALL_IRQ_MASK);
    check_domain("UNMASK", HV_CALL_IRQ_UNMASK);
    IS(call(HV_CALL_IRQ_MASK, 49), HV_ENOENT, "MASK: not registered");
    IS(call(HV_CALL_IRQ_UNMASK, 49), HV_ENOENT, "UNMASK: not registered");
    IS(call(HV_CALL_IRQ_MASK, 50), HV_ENOENT, "MASK: ENOENT where not granted");
    IS(call(HV_CALL_IRQ_UNMASK, 50), HV_ENOENT, "UNMASK: ENOENT where not granted");
}

static void check_raise(void)
{
    check_domain("RAISE", HV_CALL_IRQ_RAISE);
    for (unsigned vector = 32; vector < 48; vector++)
        if (call(HV_CALL_IRQ_RAISE, vector, 0) != HV_EINVAL)
            OK(false, "RAISE: vector %u is a line's", vector);
    OK(true, "RAISE: EINVAL for lines");
    IS(call(HV_CALL_IRQ_RAISE, 48, 1), HV_EINVAL, "RAISE: no such target");
    IS(call(HV_CALL_IRQ_RAISE, 48, 1ul << 32), HV_EINVAL, "RAISE: all 64 bits of the target");
    IS(call(HV_CALL_IRQ_RAISE, 50, 1), HV_EINVAL, "RAISE: EINVAL before EPERM");
    IS(call(HV_CALL_IRQ_RAISE, 50, 0), HV_EPERM, "RAISE: not granted");
    IS(call(HV_CALL_IRQ_RAISE, 49, 0), HV_ENOENT, "RAISE: not registered");
    struct hv_irq_stats stats = stats_of(49);
    IS(stats.raised, 0, "what nobody registered is not counted");
}

static void check_stats(void)
{
    uint64_t word;
    check_domain("STATS", HV_CALL_IRQ_STATS);
    IS(call(HV_CALL_IRQ_STATS, 1, &word, 8), HV_EINVAL, "STATS: an exception's vector");
    IS(call(HV_CALL_IRQ_STATS, 49, -1, 8), HV_EFAULT, "STATS: EFAULT");
    word = 1;
    IS(call(HV_CALL_IRQ_STATS, 49, &word, 8), 8, "STATS of a vector never registered");
    IS(word, 0, "it reads 0");
    word = 1;
    IS(call(HV_CALL_IRQ_STATS, 34, &word, 8), 8, "STATS of a vector never granted");
    IS(word, 0, "it reads 0");
}

void run(void)
{
    check_register();
    check_unregister();
    check_ack();
    check_masks();
    check_raise();
    check_stats();
    struct hv_irq_stats stats = stats_of(48);
    IS(stats.raised | stats.acknowledged | stats.discarded | stats.outstanding | stats.upcalls, 0,
       "no failed call has counted anything");
    IS(PAGE->irq_disabled, 1, "nor enabled interrupts");
    IS(PAGE->irq_pending, 0, "nor left something pending");
}
