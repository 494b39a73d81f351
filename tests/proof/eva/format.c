/* SPDX-License-Identifier: BSD-2-Clause */
/* The formatter: every conversion, of any value, into buffers of several sizes; and cut formats. */
#include "any.h"
#include "hv/compiler.h"
#include "hv/format.h"

#define SIZE 24

static void print_numbers(char *buffer, size_t size)
{
    format_text(buffer, size, "%d %hhd", (int)any, (int)any);
    format_text(buffer, size, "%hi %lld", (int)any, (long long)any);
    format_text(buffer, size, "%u %x", (unsigned)any, (unsigned)any);
    format_text(buffer, size, "%lX %zu", any, (size_t)any);
    format_text(buffer, size, "%p%%%jd", (void *)any, (intmax_t)any);
    format_text(buffer, size, "%.0d%td", 0, (ptrdiff_t)any);
    format_text(buffer, size, "%+d% ld", (int)any, (long)any);
    format_text(buffer, size, "%#lo%#x", any, (unsigned)any);
    format_text(buffer, size, "%#X%#.0o", (unsigned)any, 0u);
}

static void print_fields(char *buffer, size_t size)
{
    format_text(buffer, size, "%5d%-5d", (int)any, (int)any);
    format_text(buffer, size, "%05x%.3u", (unsigned)any, (unsigned)any);
    format_text(buffer, size, "%*u", (int)any, (unsigned)any);
    format_text(buffer, size, "%-08.*lx", (int)any, any);
    format_text(buffer, size, "%99999999999d", (int)any);
}

static void print_texts(char *buffer, size_t size)
{
    char text[] = "abc";

    text[1] = (char)any_byte;
    format_text(buffer, size, "%s%4s", text, text);
    format_text(buffer, size, "%-4.2s%c", text, (int)any);
    format_text(buffer, size, "%.*s", (int)any, text);
    format_text(buffer, size, "%s%5c", (char *)NULL, (int)any);
}

static void print_other(char *buffer, size_t size)
{
    format_text(buffer, size, "");
    format_text(buffer, size, "%y%");
    format_text(buffer, size, "%5");
    format_text(buffer, size, "a line that is longer than its buffer");
}

/* The buffer ends where the array does, so that it is seen when a byte behind it is written. */
static void print(size_t size)
{
    char array[SIZE];
    char *buffer = array + (SIZE - size);

    print_numbers(buffer, size);
    print_fields(buffer, size);
    print_texts(buffer, size);
    print_other(buffer, size);
}

void eva_format(void)
{
    static const size_t sizes[] = {0, 1, 2, 7, SIZE};

    for (unsigned i = 0; i < ARRAY_LENGTH(sizes); i++)
        print(sizes[i]);
}
