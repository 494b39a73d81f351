/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console: any calls in any order, and a wire that takes any number of bytes. What one source
 * wrote has a driver of its own (source.c); here it keeps and answers anything that
 * hv/console_source.h allows.
 */
#include "hv/console.h"
#include "any.h"
#include "belfry/hv_abi.h"
#include "hv/arch.h"
#include "hv/config.h"
#include "hv/console_source.h"

#define LONG 520 /* more than a line of the hypervisor holds */

static uint8_t written[HV_CONSOLE_MAX];

_Noreturn void check_failed(const char *condition, const char *file, int line)
{
    (void)condition, (void)file, (void)line;
    for (;;)
        ;
}

unsigned arch_console_room(void)
{
    return (unsigned)any;
}

void arch_console_put(uint8_t byte)
{
    (void)byte;
}

static void any_source(struct source *source)
{
    source->head = any;
    source->released = any;
    source->scanned = any;
    source->tail = any;
    source->torn = any_bool();
}

void source_init(struct source *source)
{
    source->name = "";
    memset(source->bytes, any_byte, SOURCE_RING);
    any_source(source);
}

uint32_t source_used(const struct source *source)
{
    (void)source;
    return (uint32_t)any_of(0, SOURCE_RING);
}

uint32_t source_room(const struct source *source)
{
    (void)source;
    return (uint32_t)any_of(0, HV_CONSOLE_MAX);
}

void source_append(struct source *source, const void *bytes, uint32_t length)
{
    uint8_t copy[SOURCE_RING];

    memcpy(copy, bytes, length);
    any_source(source);
}

bool source_report(struct source *source, const char *text)
{
    (void)strlen(text);
    any_source(source);
    return any_bool();
}

bool source_scan(struct source *source, uint32_t limit)
{
    source->scanned += any_of(0, limit);
    return any_bool();
}

static void print(void)
{
    char text[LONG];

    memset(text, 'x', LONG - 1);
    text[LONG - 1] = '\0';
    console_print("a line");
    console_print("%s", text);
}

static void operate(unsigned source)
{
    switch (any_of(0, 10)) {
    case 0:
        console_pace((uint32_t)any);
        break;
    case 1:
        console_name(source, "fifteen-letters");
        break;
    case 2:
        console_write(source, written, (unsigned)any_of(0, console_room(source)));
        break;
    case 3:
        console_report(source, "a report");
        break;
    case 4:
        print();
        break;
    case 5:
        console_flush(source);
        break;
    case 6:
        console_unshown();
        break;
    case 7:
        console_tick();
        break;
    case 8:
        console_busy();
        break;
    case 9:
        console_step();
        break;
    default:
        console_drain();
        break;
    }
}

/* Beside the hypervisor one partition writes, so that Eva can tell whose bytes are whose. */
void eva_console(void)
{
    memset(written, any_byte, sizeof(written));
    console_init();
    while (any_bool())
        operate(0);
}
