/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console where it is not what is looked at (console.c is its driver): it reads what it is
 * given, and answers anything that hv/console.h allows.
 */
#include "any_console.h"
#include "any.h"
#include "belfry/hv_abi.h"
#include "hv/config.h"
#include "hv/console.h"

bool any_console_takes;

static const char *names[CONFIG_PARTITIONS];

void console_init(void)
{
}

void console_pace(uint32_t ticks)
{
    (void)ticks;
}

void console_name(unsigned source, const char *name)
{
    names[source] = name;
}

unsigned console_room(unsigned source)
{
    (void)names[source];
    return (unsigned)any_of(0, HV_CONSOLE_MAX);
}

void console_write(unsigned source, const uint8_t *bytes, unsigned length)
{
    uint8_t copy[HV_CONSOLE_MAX];

    (void)names[source];
    memcpy(copy, bytes, length);
}

bool console_report(unsigned source, const char *text)
{
    (void)names[source];
    (void)strlen(text);
    return any_console_takes;
}

void console_print(const char *format, ...)
{
    (void)format;
}

void console_flush(unsigned source)
{
    (void)names[source];
}

bool console_unshown(void)
{
    return any_bool();
}

void console_tick(void)
{
}

bool console_busy(void)
{
    return any_bool();
}

bool console_step(void)
{
    return any_bool();
}

void console_drain(void)
{
}
