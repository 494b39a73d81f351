/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/console_source.h"
#include <string.h>
#include "belfry/hv_abi.h"
#include "hv/check.h"

_Static_assert(HV_CONSOLE_MAX + 1 + SOURCE_REPORT + 1 <= SOURCE_RING,
               "a report fits behind a guest's bytes");

void source_init(struct source *source)
{
    source->name = "";
    source->head = source->released = source->scanned = source->tail = 0;
    source->report_end = source->report_length = 0;
    source->torn = false;
    source->bytes[SOURCE_RING - 1] = '\n'; /* before its first byte: a line can begin here */
}

uint32_t source_used(const struct source *source)
{
    return (uint32_t)(source->tail - source->head);
}

uint32_t source_report_left(const struct source *source)
{
    if (source->report_end <= source->head)
        return 0;
    uint64_t left = source->report_end - source->head;
    return left < source->report_length ? (uint32_t)left : source->report_length;
}

uint32_t source_room(const struct source *source)
{
    return HV_CONSOLE_MAX - (source_used(source) - source_report_left(source));
}

void source_append(struct source *source, const void *bytes, uint32_t length)
{
    uint32_t at = (uint32_t)(source->tail % SOURCE_RING);
    uint32_t first = length < SOURCE_RING - at ? length : SOURCE_RING - at;

    memcpy(source->bytes + at, bytes, first);
    memcpy(source->bytes, (const uint8_t *)bytes + first, length - first);
    source->tail += length;
}

bool source_report(struct source *source, const char *text)
{
    uint64_t start = source->tail;
    size_t length = strlen(text);

    CHECK(length <= SOURCE_REPORT);
    if (source_report_left(source) > 0)
        return false;
    if (source->bytes[(source->tail - 1) % SOURCE_RING] != '\n')
        source_append(source, "\n", 1);
    source_append(source, text, (uint32_t)length);
    source_append(source, "\n", 1);
    source->report_end = source->tail;
    source->report_length = (uint32_t)(source->tail - start);
    return true;
}

bool source_scan(struct source *source, uint32_t limit)
{
    const uint8_t *start = source->bytes + source->scanned % SOURCE_RING;
    const uint8_t *end = source->bytes + SOURCE_RING; /* of what lies in one piece */
    uint64_t left = source->tail - source->scanned;

    if (left > limit)
        left = limit;
    if ((uint64_t)(end - start) > left)
        end = start + left;
    const uint8_t *at = start;
    while (at != end && *at != '\n')
        at++;
    bool found = at != end;
    source->scanned += (uint64_t)(at - start) + found;
    return found;
}
