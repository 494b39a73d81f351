/* SPDX-License-Identifier: BSD-2-Clause */
/* What one source wrote to the console and the wire has not taken yet. Pure. */
#ifndef HV_CONSOLE_SOURCE_H
#define HV_CONSOLE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

/* A power of two, so that a position becomes an index by a mask. A guest's 4096 bytes and one
 * report fit; the rest is for the hypervisor's own lines alone. */
#define SOURCE_RING   8192
#define SOURCE_REPORT 191 /* bytes, with a newline before and one after */

/* Positions only grow: head <= released <= scanned <= tail. What lies before `released` goes to the
 * wire without a break. */
struct source {
    const char *name;
    uint64_t head;       /* up to here it was shown */
    uint64_t released;   /* … it may be shown */
    uint64_t scanned;    /* … it was searched for newlines */
    uint64_t tail;       /* … it was written */
    uint64_t report_end; /* of the last report, which may have been shown by now */
    uint32_t report_length;
    bool torn; /* its last line was ended for another's text */
    uint8_t bytes[SOURCE_RING];
};

/* Empty and without a name. */
void source_init(struct source *source);

/* Bytes written and not shown; of them, a report's. */
uint32_t source_used(const struct source *source);
uint32_t source_report_left(const struct source *source);

/* How many bytes a guest can append: 0 to HV_CONSOLE_MAX, whether a report is there or not. */
uint32_t source_room(const struct source *source);

/* Appends bytes, for which there must be space. */
void source_append(struct source *source, const void *bytes, uint32_t length);

/* Appends a report as a line of its own; false where the last one was not shown yet. */
bool source_report(struct source *source, const char *text);

/* Searches at most `limit` bytes more for a newline; true where the last one searched is one. */
bool source_scan(struct source *source, uint32_t limit);

/* The next byte to be shown, which must be released. */
static inline uint8_t source_peek(const struct source *source)
{
    return source->bytes[source->head % SOURCE_RING];
}

#endif
