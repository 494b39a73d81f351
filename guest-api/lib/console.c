/* SPDX-License-Identifier: BSD-2-Clause */
#include "belfry/hv.h"

static size_t at_most(size_t value, size_t limit)
{
    return value < limit ? value : limit;
}

int64_t hv_write(const void *bytes, size_t length)
{
    const char *next = bytes;

    while (length > 0) {
        int64_t taken = hv_call_console_write(next, at_most(length, HV_CONSOLE_MAX));
        if (taken < 0)
            return taken;
        if (taken == 0)
            hv_call_vcpu_yield();
        next += taken;
        length -= (size_t)taken;
    }
    return 0;
}

int64_t hv_putchar(char character)
{
    return hv_write(&character, 1);
}

int hv_vprintf(const char *format, va_list list)
{
    char text[HV_PRINTF_MAX + 1];

    int length = hv_vsnprintf(text, sizeof(text), format, list);
    hv_write(text, at_most((size_t)length, HV_PRINTF_MAX));
    return length;
}

int hv_printf(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    int length = hv_vprintf(format, list);
    va_end(list);
    return length;
}
