/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include "belfry/hv_abi.h"
#include "hv/format.h"
#include "tap.h"

#define LINE_SIZE 256

static unsigned checks;
static unsigned failures;

static int64_t call(uint64_t number, uint64_t a, uint64_t b)
{
    int64_t result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "D"(a), "S"(b) : "memory", "cc");
    return result;
}

/* A line is written in one call where it fits, so that no other partition's text can part it. */
static void write_all(const char *text, size_t length)
{
    while (length > 0) {
        int64_t taken = call(HV_CALL_CONSOLE_WRITE, (uint64_t)text, length);
        if (taken < 0)
            call(HV_CALL_PARTITION_EXIT, 99, 0);
        if (taken == 0)
            call(HV_CALL_VCPU_YIELD, 0, 0);
        text += taken;
        length -= (size_t)taken;
    }
}

/* Begins with `prefix`, ends with a newline. */
static void write_line(const char *prefix, const char *format, va_list list) TAP_FORMAT(2, 0);

static void write_line(const char *prefix, const char *format, va_list list)
{
    char line[LINE_SIZE];
    size_t used = (size_t)format_text(line, sizeof(line), "%s", prefix);
    used += (size_t)format_list(line + used, sizeof(line) - used, format, list);
    if (used > sizeof(line) - 1)
        used = sizeof(line) - 1;
    line[used] = '\n';
    write_all(line, used + 1);
}

static void check_list(bool passed, const char *format, va_list list)
{
    char prefix[32];
    format_text(prefix, sizeof(prefix), "%sok %u - ", passed ? "" : "not ", ++checks);
    failures += !passed;
    write_line(prefix, format, list);
}

bool tap_ok(bool passed, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    check_list(passed, format, list);
    va_end(list);
    return passed;
}

bool tap_is(uint64_t actual, uint64_t expected, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    check_list(actual == expected, format, list);
    va_end(list);
    if (actual != expected)
        tap_note("got %ld (0x%lx), expected %ld (0x%lx)", (long)actual, actual, (long)expected,
                 expected);
    return actual == expected;
}

void tap_note(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    write_line("# ", format, list);
    va_end(list);
}

void say(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    write_line("", format, list);
    va_end(list);
}

void tap_continue(unsigned done)
{
    checks = done;
}

_Noreturn static void leave(uint64_t code)
{
    for (;;)
        call(HV_CALL_PARTITION_EXIT, code, 0);
}

_Noreturn void tap_skip(const char *reason)
{
    say("1..0 # SKIP %s", reason);
    leave(0);
}

_Noreturn void tap_done(void)
{
    say("1..%u", checks);
    leave(failures > 0);
}
