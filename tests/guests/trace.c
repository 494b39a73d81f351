/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trace against the counters of all: between two looks at which nothing has happened the
 * records say each raise, upcall and acknowledgement that the counters do, in order, in whose time
 * it was.
 *
 * system: steady.elf first line=0 -- ms=3000
 * system: trace system line=0 vector=48 window=5
 * system: tally.elf other line=0 window=5 -- ms=3000
 * qemu: icount
 */
#include "guest.h"

enum { PARTITIONS = 3, OWN = 48, ROUNDS = 300 };
enum { WINDOWS = 1 << 1 | 1 << 2 }; /* of whom */

static const unsigned vectors[] = {HV_VECTOR_PIT, OWN};

/* As IRQ_STATS has them, and as the records come to. */
struct totals {
    uint64_t raised, acknowledged, upcalls;
};

typedef struct totals all_totals[PARTITIONS][ARRAY_LENGTH(vectors)];

static all_totals traced;
static uint64_t kinds[HV_TRACE_WINDOW + 1], returns, acks;
static uint64_t running, last_time, read, wrong_vcpu, disorder, with_vector;
static uint64_t window, windows_in_turn;

static void look(all_totals *at)
{
    for (unsigned id = 0; id < PARTITIONS; id++) {
        for (unsigned i = 0; i < ARRAY_LENGTH(vectors); i++) {
            struct hv_vector_info info;
            call(HV_CALL_SYSTEM_VECTOR, id << 8 | vectors[i], &info, sizeof(info));
            (*at)[id][i] =
                (struct totals){info.stats.raised, info.stats.acknowledged, info.stats.upcalls};
        }
    }
}

static bool same(const all_totals *a, const all_totals *b)
{
    for (unsigned id = 0; id < PARTITIONS; id++)
        for (unsigned i = 0; i < ARRAY_LENGTH(vectors); i++)
            if ((*a)[id][i].raised != (*b)[id][i].raised ||
                (*a)[id][i].acknowledged != (*b)[id][i].acknowledged ||
                (*a)[id][i].upcalls != (*b)[id][i].upcalls)
                return false;
    return true;
}

/* Switches the trace, with nothing before or behind it that a counter counts. */
static bool switch_trace(uint64_t what, all_totals *at)
{
    all_totals after;

    look(at);
    call(HV_CALL_SYSTEM_TRACE, what);
    look(&after);
    return same(at, &after);
}

static struct totals *of(uint64_t set, uint32_t vector)
{
    return &traced[__builtin_ctzll(set)][vector == OWN];
}

static void add(const struct hv_trace_record *record)
{
    if (running && record->vcpu != running - 1)
        wrong_vcpu++;
    running = record->vcpu + 1;
    disorder += record->time < last_time;
    last_time = record->time;
    kinds[record->kind < ARRAY_LENGTH(kinds) ? record->kind : 0]++;
    switch (record->kind) {
    case HV_TRACE_RAISE:
        for (uint64_t set = record->value; set; set &= set - 1)
            of(set, record->vector)->raised++;
        break;
    case HV_TRACE_UPCALL:
        of(record->vcpu, record->vector)->upcalls++;
        break;
    case HV_TRACE_ACK:
    case HV_TRACE_RETURN:
        of(record->vcpu, record->vector)->acknowledged += record->value;
        break;
    case HV_TRACE_SWITCH:
        running = record->value + 1;
        with_vector += record->vector != 0;
        break;
    case HV_TRACE_CALL:
        with_vector += record->vector != 0;
        returns += record->value == HV_CALL_IRQ_RETURN;
        acks += record->value == HV_CALL_IRQ_ACK;
        break;
    case HV_TRACE_WINDOW:
        with_vector += record->vector != 0;
        windows_in_turn += record->value != window && (record->value & WINDOWS) != 0;
        window = record->value;
        break;
    }
}

/* As many as one call gives; whether there were some besides the call's own. */
static bool read_some(void)
{
    static struct hv_trace_record records[40];
    int64_t size = call(HV_CALL_SYSTEM_TRACE, HV_TRACE_READ, records, sizeof(records));
    uint64_t count = size > 0 ? (uint64_t)size / sizeof(records[0]) : 0;

    for (uint64_t i = 0; i < count; i++)
        add(&records[i]);
    read += count;
    return count > 1;
}

/* Occurrences of its own, of which an upcall tells some and a poll finds the others. */
static void work(unsigned round)
{
    for (unsigned i = 0; i < round % 5; i++)
        call(HV_CALL_IRQ_RAISE, OWN, 0);
    call(HV_CALL_IRQ_ACK, OWN, round % 3);
    interrupts_enable();
    spin_us(100);
    interrupts_disable();
    if (round % 7 == 0)
        while (read_some())
            ;
}

static void compare(const all_totals *before, const all_totals *after)
{
    for (unsigned id = 0; id < PARTITIONS; id++) {
        for (unsigned i = 0; i < ARRAY_LENGTH(vectors); i++) {
            const struct totals *from = &(*before)[id][i], *to = &(*after)[id][i],
                                *is = &traced[id][i];
            OK(is->raised == to->raised - from->raised &&
                   is->acknowledged == to->acknowledged - from->acknowledged &&
                   is->upcalls == to->upcalls - from->upcalls,
               "partition %u, vector %u: raised %lu of %lu, acknowledged %lu of %lu, upcalls %lu "
               "of %lu",
               id, vectors[i], is->raised, to->raised - from->raised, is->acknowledged,
               to->acknowledged - from->acknowledged, is->upcalls, to->upcalls - from->upcalls);
        }
    }
}

static void nothing(struct hv_upcall *frame, struct registers *entry)
{
    (void)frame, (void)entry;
}

void run(void)
{
    static all_totals before, after;
    struct hv_system_info info;

    on_upcall = nothing;
    must_register(HV_VECTOR_PIT);
    must_register(OWN);
    while (!switch_trace(HV_TRACE_ON, &before))
        ;
    for (unsigned round = 0; round < ROUNDS; round++)
        work(round);
    OK(switch_trace(HV_TRACE_OFF, &after), "nothing has happened while it was switched off");
    while (read_some())
        ;
    compare(&before, &after);
    call(HV_CALL_SYSTEM_INFO, &info, sizeof(info));
    OK(info.traced == read && info.overwritten == 0 && info.tracing == 0,
       "%lu records made, %lu read, %lu overwritten", info.traced, read, info.overwritten);
    OK(wrong_vcpu == 0 && disorder == 0,
       "each in the time of whom the last switch names, in order");
    OK(kinds[HV_TRACE_RETURN] == returns, "%lu returns, %lu calls of IRQ_RETURN",
       kinds[HV_TRACE_RETURN], returns);
    OK(kinds[HV_TRACE_ACK] > 0 && kinds[HV_TRACE_ACK] < acks, "%lu of %lu calls of IRQ_ACK",
       kinds[HV_TRACE_ACK], acks);
    OK(windows_in_turn > 5 && windows_in_turn == kinds[HV_TRACE_WINDOW],
       "%lu of %lu windows in their turn", windows_in_turn, kinds[HV_TRACE_WINDOW]);
    OK(kinds[0] == 0 && kinds[HV_TRACE_FAULT] == 0, "no records of other kinds");
    IS(with_vector, 0, "records with a vector, of kinds that have none");
}
