/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/trace.h"
#include <string.h>

struct trace trace;

static uint64_t gone; /* records that were read or overwritten */
static uint64_t overwritten;

void trace_switch(bool on)
{
    if (on)
        trace.made = gone = overwritten = 0;
    trace.on = on;
    arch_trace_calls(on);
}

uint64_t trace_made(void)
{
    return trace.made / sizeof(struct hv_trace_record);
}

static void pass_overwritten(void)
{
    uint64_t there = trace_made() - gone;

    if (there <= TRACE_RECORDS)
        return;
    overwritten += there - TRACE_RECORDS;
    gone += there - TRACE_RECORDS;
}

uint64_t trace_overwritten(void)
{
    pass_overwritten();
    return overwritten;
}

unsigned trace_unread(void)
{
    pass_overwritten();
    return (unsigned)(trace_made() - gone);
}

void trace_read(void *to, unsigned count)
{
    uint8_t *next = to;

    pass_overwritten();
    for (; count > 0; count--, next += sizeof(struct hv_trace_record))
        memcpy(next, &trace.record[gone++ % TRACE_RECORDS], sizeof(struct hv_trace_record));
}
