/* SPDX-License-Identifier: BSD-2-Clause */
#include "belfry/hv.h"
#include "monitor.h"

/* Names for what `belfry trace` reads. */
static const char *kind_name(uint32_t kind)
{
    static const char *const names[] = {
        [HV_TRACE_RAISE] = "raise",   [HV_TRACE_UPCALL] = "upcall", [HV_TRACE_ACK] = "ack",
        [HV_TRACE_RETURN] = "return", [HV_TRACE_SWITCH] = "switch", [HV_TRACE_CALL] = "call",
        [HV_TRACE_FAULT] = "fault",   [HV_TRACE_WINDOW] = "window"};

    return kind < sizeof(names) / sizeof(names[0]) && names[kind] ? names[kind] : "?";
}

static void show_state(void)
{
    struct hv_system_info info = system_info();

    hv_printf("the trace is %s: %lu records, %lu overwritten\n", info.tracing ? "on" : "off",
              info.traced, info.overwritten);
}

static struct hv_trace_record records[32];

/* At most `most` records: how many there were. */
static uint64_t read_some(uint64_t most)
{
    uint64_t size =
        most < sizeof(records) / sizeof(records[0]) ? most * sizeof(records[0]) : sizeof(records);
    int64_t written = hv_call_system_trace(HV_TRACE_READ, records, size);

    return written > 0 ? (uint64_t)written / sizeof(records[0]) : 0;
}

/* Switched off before, so that what is said here does not take the places of what is to be said.
 * Each item ends in a full stop: a line that had to wait for room may come in two. No more than
 * there are now: another may switch the trace on meanwhile. */
static void dump(void)
{
    hv_call_system_trace(HV_TRACE_OFF, NULL, 0);
    struct hv_system_info info = system_info();
    uint64_t left = info.traced - info.overwritten, count;
    hv_printf("trace begin: %lu records, %lu overwritten, %lu TSC ticks in a second.\n",
              info.traced, info.overwritten, hv_page()->tsc_hz);
    for (uint64_t id = 0; id < info.partitions; id++)
        hv_printf("partition %lu %s.\n", id, partition_info(id).name);
    while (left > 0 && (count = read_some(left)) > 0) {
        left -= count;
        for (size_t i = 0; i < count; i++)
            hv_printf("@%lx %s %lx %u %lx.\n", records[i].time, kind_name(records[i].kind),
                      records[i].vcpu, records[i].vector, records[i].value);
    }
    hv_printf("trace end.\n");
}

void trace(const char *what)
{
    if (!*what)
        show_state();
    else if (strcmp(what, "on") == 0)
        say_status("trace", hv_call_system_trace(HV_TRACE_ON, NULL, 0), "the hypervisor has none");
    else if (strcmp(what, "off") == 0)
        say_status("trace", hv_call_system_trace(HV_TRACE_OFF, NULL, 0), "the hypervisor has none");
    else if (strcmp(what, "dump") == 0)
        dump();
    else
        hv_printf("%s: expected on, off or dump\n", what);
}
