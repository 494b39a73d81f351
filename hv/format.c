/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/format.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define DIGITS_MAX 22 /* of 2^64 - 1 in octal */

_Static_assert(sizeof(long) == 8 && sizeof(size_t) == 8 && sizeof(void *) == 8,
               "l, ll, z, t, j and %p all take eight bytes");

struct output {
    char *buffer;
    size_t size;
    size_t length; /* of the whole text so far, whether it fitted or not */
};

/* The arguments; in a struct so that a pointer to them is the same everywhere. */
struct arguments {
    va_list list;
};

/* What stands between the % and its letter. */
struct spec {
    bool left;      /* - */
    bool zero;      /* 0 */
    bool plus;      /* + */
    bool space;     /* a space */
    bool alternate; /* # */
    long width;
    long precision; /* -1: none given */
    unsigned bytes; /* of an integer argument */
};

/* One conversion, before it is padded to its width. */
struct field {
    const char *prefix; /* a sign, 0x or 0X, before the zeros */
    size_t prefix_length;
    size_t zeros;
    const char *body;
    size_t body_length;
};

static void put(struct output *out, char byte)
{
    if (out->length + 1 < out->size)
        out->buffer[out->length] = byte;
    out->length++;
}

static void put_times(struct output *out, char byte, size_t times)
{
    if (times == 0)
        return;
    for (; times > 0 && out->length + 1 < out->size; times--)
        put(out, byte);
    out->length += times; /* what does not fit costs no time */
}

static void put_bytes(struct output *out, const char *bytes, size_t length)
{
    size_t room = out->length + 1 < out->size ? out->size - out->length - 1 : 0;
    size_t fits = length < room ? length : room;

    if (fits > 0) /* where there is no room there may be no buffer */
        memcpy(out->buffer + out->length, bytes, fits);
    out->length += length;
}

static void put_field(struct output *out, const struct spec *spec, const struct field *field)
{
    size_t length = field->prefix_length + field->zeros + field->body_length;
    size_t spaces = (size_t)spec->width > length ? (size_t)spec->width - length : 0;

    if (!spec->left)
        put_times(out, ' ', spaces);
    put_bytes(out, field->prefix, field->prefix_length);
    put_times(out, '0', field->zeros);
    put_bytes(out, field->body, field->body_length);
    if (spec->left)
        put_times(out, ' ', spaces);
}

static size_t string_length(const char *string, long limit)
{
    size_t length = 0;

    while ((limit < 0 || length < (size_t)limit) && string[length] != '\0')
        length++;
    return length;
}

static void put_string(struct output *out, const struct spec *spec, const char *string)
{
    struct field field = {.prefix = "", .body = string != NULL ? string : "(null)"};

    field.body_length = string_length(field.body, spec->precision);
    put_field(out, spec, &field);
}

static void put_char(struct output *out, const struct spec *spec, char byte)
{
    struct field field = {.prefix = "", .body = &byte, .body_length = 1};

    put_field(out, spec, &field);
}

/* Zeros before the digits: up to the precision or, where there is none, up to the width. */
static size_t zeros_needed(const struct spec *spec, const struct field *field)
{
    size_t wanted = 0;
    size_t have = field->body_length;

    if (spec->precision >= 0) {
        wanted = (size_t)spec->precision;
    } else if (spec->zero && !spec->left) {
        wanted = (size_t)spec->width;
        have += field->prefix_length;
    }
    return wanted > have ? wanted - have : 0;
}

static const char *prefix_of(const struct spec *spec, char letter, bool negative, bool zero)
{
    if (letter == 'd') {
        if (negative)
            return "-";
        return spec->plus ? "+" : spec->space ? " " : "";
    }
    if (letter == 'p')
        return "0x";
    if (!spec->alternate || zero)
        return "";
    return letter == 'x' ? "0x" : letter == 'X' ? "0X" : "";
}

static unsigned base_of(char letter)
{
    if (letter == 'd' || letter == 'u')
        return 10;
    return letter == 'o' ? 8 : 16;
}

/* `letter` is d, u, o, x, X or p. */
static void put_number(struct output *out, const struct spec *spec, char letter, uint64_t value)
{
    bool negative = letter == 'd' && (int64_t)value < 0;
    unsigned base = base_of(letter);
    const char *digits = letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[DIGITS_MAX];
    char *first = text + sizeof(text);
    struct field field = {.prefix = prefix_of(spec, letter, negative, value == 0)};

    if (negative)
        value = 0 - value;
    for (uint64_t rest = value; rest != 0; rest /= base)
        *--first = digits[rest % base];
    if (value == 0 && spec->precision != 0)
        *--first = '0';
    field.prefix_length = string_length(field.prefix, -1);
    field.body = first;
    field.body_length = (size_t)(text + sizeof(text) - first);
    field.zeros = zeros_needed(spec, &field);
    /* With # an octal number begins with a 0, which may be one of the precision's. */
    if (letter == 'o' && spec->alternate && field.zeros == 0 &&
        (value != 0 || field.body_length == 0))
        field.zeros = 1;
    put_field(out, spec, &field);
}

static uint64_t next_unsigned(struct arguments *arguments, unsigned bytes)
{
    if (bytes == 8)
        return va_arg(arguments->list, uint64_t);
    unsigned value = va_arg(arguments->list, unsigned);
    return bytes == 4 ? value : value & ((1u << 8 * bytes) - 1);
}

static uint64_t next_signed(struct arguments *arguments, unsigned bytes)
{
    uint64_t value = next_unsigned(arguments, bytes);
    uint64_t sign = (uint64_t)1 << (8 * bytes - 1);

    return (value ^ sign) - sign;
}

/* A number or *, at *format; leaves *format behind it. */
static long read_number(const char **format, struct arguments *arguments)
{
    long number = 0;

    if (**format == '*') {
        ++*format;
        return va_arg(arguments->list, int);
    }
    for (; **format >= '0' && **format <= '9'; ++*format)
        number = number < INT_MAX / 10 ? number * 10 + (**format - '0') : INT_MAX;
    return number;
}

static unsigned read_length(const char **format)
{
    switch (*(*format)++) {
    case 'h':
        if (**format != 'h')
            return 2;
        ++*format;
        return 1;
    case 'l':
        if (**format == 'l')
            ++*format;
        return 8;
    case 'z':
    case 't':
    case 'j':
        return 8;
    default:
        --*format;
        return 4;
    }
}

/* Takes one of the flags in; false where it is none. */
static bool read_flag(struct spec *spec, char flag)
{
    switch (flag) {
    case '-':
        return spec->left = true;
    case '0':
        return spec->zero = true;
    case '+':
        return spec->plus = true;
    case ' ':
        return spec->space = true;
    case '#':
        return spec->alternate = true;
    default:
        return false;
    }
}

static struct spec read_spec(const char **format, struct arguments *arguments)
{
    struct spec spec = {.precision = -1};

    while (read_flag(&spec, **format))
        ++*format;
    spec.width = read_number(format, arguments);
    if (spec.width < 0) {
        spec.left = true;
        spec.width = -spec.width;
    }
    if (**format == '.') {
        ++*format;
        spec.precision = read_number(format, arguments);
    }
    spec.bytes = read_length(format);
    return spec;
}

/* Puts the conversion whose % was just passed; leaves *format behind it. */
static void put_conversion(struct output *out, const char **format, struct arguments *arguments)
{
    struct spec spec = read_spec(format, arguments);
    char letter = **format;

    if (letter == '\0')
        return;
    ++*format;
    switch (letter) {
    case 'd':
    case 'i':
        put_number(out, &spec, 'd', next_signed(arguments, spec.bytes));
        break;
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        put_number(out, &spec, letter, next_unsigned(arguments, spec.bytes));
        break;
    case 'p':
        put_number(out, &spec, letter, next_unsigned(arguments, 8));
        break;
    case 's':
        put_string(out, &spec, va_arg(arguments->list, const char *));
        break;
    case 'c':
        put_char(out, &spec, (char)va_arg(arguments->list, int));
        break;
    case '%':
        put(out, '%');
        break;
    default: /* not understood: shown, so that it is seen */
        put(out, '%');
        put(out, letter);
        break;
    }
}

int format_list(char *buffer, size_t size, const char *format, va_list list)
{
    struct output out = {.buffer = buffer, .size = size};
    struct arguments arguments;

    va_copy(arguments.list, list);
    for (;;) {
        const char *start = format;
        while (*format != '%' && *format != '\0')
            format++;
        put_bytes(&out, start, (size_t)(format - start));
        if (*format == '\0')
            break;
        format++;
        put_conversion(&out, &format, &arguments);
    }
    va_end(arguments.list);
    if (size > 0)
        buffer[out.length < size ? out.length : size - 1] = '\0';
    return out.length < INT_MAX ? (int)out.length : INT_MAX;
}

int format_text(char *buffer, size_t size, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    int length = format_list(buffer, size, format, list);
    va_end(list);
    return length;
}
