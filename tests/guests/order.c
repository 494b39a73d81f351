/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several vectors: the lowest first, upcalls within upcalls, a vector in service holds back no
 * other, a raise during the service is told later. Every granted vector is delivered once: there is
 * no table to fill, no slot instead of the vector, no last handler that wins.
 *
 * system: a vector=48..104
 * system: b vector=105..127 vector=129..167
 * system: c vector=168..224
 * system: d vector=225..255
 * system: all vector=48..127 vector=129..255
 */
#include "guest.h"

static uint8_t seen[1024];
static unsigned seen_count;
static unsigned first, last;

static void note_vector(struct hv_upcall *frame, struct registers *entry)
{
    seen[seen_count++] = (uint8_t)frame->vector;
    if (entry->rax != frame->vector || frame->count != 1)
        OK(false, "vector %lu: RAX %lu, count %lu", frame->vector, entry->rax, frame->count);
}

/* Registers all that is granted, in descending order: vector and grant are the same set. */
static unsigned register_all(void)
{
    unsigned count = 0;
    for (unsigned vector = 255; vector >= 48; vector--) {
        int64_t status = call(HV_CALL_IRQ_REGISTER, vector, upcall_entry);
        if (status == 0) {
            first = vector;
            last = last ? last : vector;
            count++;
        } else if (status != (vector == HV_GATE ? HV_EINVAL : HV_EPERM)) {
            OK(false, "register vector %u answered %ld", vector, (long)status);
        }
    }
    return count;
}

static void check_all(unsigned count)
{
    interrupts_disable();
    for (unsigned vector = first; vector <= last; vector++)
        if (vector != HV_GATE && call(HV_CALL_IRQ_RAISE, vector, 0) != 0)
            OK(false, "raise vector %u", vector);
    seen_count = 0;
    interrupts_enable();
    IS(seen_count, count, "as many upcalls as vectors");
    bool sorted = true;
    for (unsigned i = 0, vector = first; i < seen_count; i++, vector++) {
        vector += vector == HV_GATE;
        sorted &= seen[i] == vector;
    }
    OK(sorted, "the lowest first, each once");
    bool once = true;
    for (unsigned vector = first; vector <= last; vector++)
        once &= vector == HV_GATE || stats_of(vector).raised == 1;
    OK(once, "each counted once");
}

static unsigned depth, deepest;
static bool begun;

/* In the service of each, the ones below and above are raised, with interrupts enabled. */
static void nest(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    unsigned vector = (unsigned)frame->vector;
    seen[seen_count++] = (uint8_t)vector;
    deepest = ++depth > deepest ? depth : deepest;
    if (vector == first + 5 && !begun) {
        begun = true;
        call(HV_CALL_IRQ_RAISE, first + 7, 0);
        call(HV_CALL_IRQ_RAISE, first + 3, 0);
        call(HV_CALL_IRQ_RAISE, first + 5, 0);
        interrupts_enable();
        seen[seen_count++] = 0;
        interrupts_disable();
    }
    if (vector == first + 3 && depth == 2) {
        call(HV_CALL_IRQ_RAISE, first + 1, 0);
        interrupts_enable();
    }
    depth--;
}

static void check_nested(void)
{
    static const uint8_t expected[] = {5, 3, 1, 7, 0, 5};
    on_upcall = nest;
    seen_count = 0;
    call(HV_CALL_IRQ_RAISE, first + 5, 0);
    bool same = seen_count == ARRAY_LENGTH(expected);
    for (unsigned i = 0; i < ARRAY_LENGTH(expected); i++) {
        uint8_t vector = expected[i] ? (uint8_t)(first + expected[i]) : 0;
        same &= seen[i] == vector;
    }
    OK(same, "nested: the lowest first, the one in service last");
    if (!same)
        for (unsigned i = 0; i < seen_count; i++)
            tap_note("%u: vector %u", i, seen[i]);
    IS(deepest, 3, "three deep");
    struct hv_irq_stats stats = stats_of(first + 5);
    IS(stats.raised, 3, "what was raised in the service is counted");
    IS(stats.acknowledged, 3, "and acknowledged by a later upcall");
    IS(stats.upcalls, 3, "of which there were three");
}

void run(void)
{
    on_upcall = note_vector;
    unsigned count = register_all();
    OK(count > 30, "%u vectors registered at once", count);
    check_all(count);
    check_nested();
}
