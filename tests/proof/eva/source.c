/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one source wrote to the console: one place in the ring after the other, since Eva does not
 * remember that a piece's length and its place together stay in it. Each STEPth place, and each of
 * those from which a scan comes to the ring's end.
 */
#include "hv/console_source.h"
#include "any.h"
#include "belfry/hv_abi.h"
#include "hv/compiler.h"

#define STEP 127
#define SCAN 40 /* bytes that are scanned at once, at most */

static struct source source;
static uint8_t written[HV_CONSOLE_MAX];

static uint64_t any_position(uint32_t at)
{
    return any / SOURCE_RING * SOURCE_RING + at;
}

static void any_source(uint32_t at)
{
    source.name = "a";
    source.head = any;
    source.released = any;
    source.scanned = any_position(at);
    source.tail = any_position(at);
    source.report_end = any;
    source.report_length = (uint32_t)any_of(0, SOURCE_REPORT + 2);
    source.torn = any_bool();
}

static void append(uint32_t at)
{
    any_source(at);
    source_append(&source, written, (uint32_t)any_of(0, HV_CONSOLE_MAX));
}

static void report(uint32_t at)
{
    static const uint32_t lengths[] = {0, 40, SOURCE_REPORT};
    char text[SOURCE_REPORT + 1];

    for (unsigned i = 0; i < ARRAY_LENGTH(lengths); i++) {
        memset(text, 'x', lengths[i]);
        text[lengths[i]] = '\0';
        any_source(at);
        source_report(&source, text);
    }
}

static void scan(uint32_t at)
{
    any_source(at);
    source_scan(&source, (uint32_t)any_of(0, SCAN));
}

static void look(uint32_t at)
{
    any_source(at);
    source_used(&source);
    source_room(&source);
    source_report_left(&source);
    source_peek(&source);
}

static void go_to(uint32_t at)
{
    append(at);
    report(at);
    scan(at);
    look(at);
}

void eva_source(void)
{
    source_init(&source);
    memset(source.bytes, any_byte, SOURCE_RING);
    memset(written, any_byte, HV_CONSOLE_MAX);
    for (uint32_t at = 0; at < SOURCE_RING; at += STEP)
        go_to(at);
    for (uint32_t at = SOURCE_RING - SCAN; at < SOURCE_RING; at++)
        go_to(at);
}
