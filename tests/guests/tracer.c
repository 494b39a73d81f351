/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Has the trace on, and reads it as fast as it can, while others do what they are tested for;
 * until these have stopped. test_tracing.py starts it beside them.
 */
#include "guest.h"

static struct hv_trace_record records[40];
static uint64_t kinds[HV_TRACE_WINDOW + 1];
static uint64_t last_time, disorder, wrong_vcpu;
static bool known; /* in whose time the next record must be */
static uint64_t whose;

static struct hv_system_info info(void)
{
    struct hv_system_info info = {0};

    call(HV_CALL_SYSTEM_INFO, &info, sizeof(info));
    return info;
}

static bool others_live(uint64_t partitions)
{
    for (uint64_t id = 0; id < partitions; id++) {
        struct hv_partition_info partition = {0};
        call(HV_CALL_SYSTEM_PARTITION, id, &partition, sizeof(partition));
        if (id != PAGE->partition_id && partition.state != HV_STATE_STOPPED)
            return true;
    }
    return false;
}

static void check(const struct hv_trace_record *record)
{
    wrong_vcpu += known && record->vcpu != whose;
    disorder += record->time < last_time;
    known = true;
    whose = record->kind == HV_TRACE_SWITCH ? record->value : record->vcpu;
    last_time = record->time;
    kinds[record->kind < ARRAY_LENGTH(kinds) ? record->kind : 0]++;
}

/* Whether there may be more. Where some were overwritten nothing is known of the next. */
static bool read_some(void)
{
    static uint64_t overwritten;
    uint64_t before = info().overwritten;
    int64_t size = call(HV_CALL_SYSTEM_TRACE, HV_TRACE_READ, records, sizeof(records));
    uint64_t after = info().overwritten;

    known &= before == overwritten && after == before;
    for (uint64_t i = 0; size > 0 && i < (uint64_t)size / sizeof(records[0]); i++)
        check(&records[i]);
    known &= after == before;
    overwritten = after;
    return size == 32 * sizeof(records[0]);
}

void run(void)
{
    uint64_t partitions = info().partitions;

    call(HV_CALL_SYSTEM_TRACE, HV_TRACE_ON);
    while (others_live(partitions)) {
        call(HV_CALL_VCPU_YIELD);
        while (read_some())
            ;
    }
    IS(call(HV_CALL_SYSTEM_TRACE, HV_TRACE_OFF), 0, "off");
    tap_note("raise %lu upcall %lu ack %lu return %lu switch %lu call %lu fault %lu",
             kinds[HV_TRACE_RAISE], kinds[HV_TRACE_UPCALL], kinds[HV_TRACE_ACK],
             kinds[HV_TRACE_RETURN], kinds[HV_TRACE_SWITCH], kinds[HV_TRACE_CALL],
             kinds[HV_TRACE_FAULT]);
    OK(kinds[HV_TRACE_SWITCH] > 0 && kinds[HV_TRACE_CALL] > 0, "others were traced");
    IS(kinds[0] + kinds[HV_TRACE_WINDOW], 0, "records of other kinds");
    IS(disorder, 0, "records older than the one before them");
    IS(wrong_vcpu, 0, "records in another's time than the last switch says");
}
