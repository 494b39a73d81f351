/* SPDX-License-Identifier: BSD-2-Clause */
/* The library's vsnprintf. The hypervisor has a smaller one, hv/format.c: what only guests print
 * with would be trusted code there. */
#include <limits.h>
#include <stdbool.h>
#include "belfry/print.h"
#include "belfry/string.h"

#define DIGITS_MAX 22 /* of 2^64 - 1 in octal */

struct output {
    char *buffer;
    size_t size;   /* of the buffer without the NUL */
    size_t length; /* of the whole text so far, whether it fitted or not */
};

/* The arguments; in a struct so that a pointer to them is the same everywhere. */
struct arguments {
    va_list list;
};

/* What stands between the % and its letter. */
struct spec {
    bool left;      /* - */
    bool plus;      /* + */
    bool space;     /* a space */
    bool alternate; /* # */
    bool zero;      /* 0 */
    int width;
    int precision;  /* below 0: none given */
    unsigned bytes; /* of an integer argument */
};

/* One conversion, before it is padded to its width. */
struct field {
    const char *prefix; /* a sign or 0x, before the zeros */
    size_t zeros;
    const char *body;
    size_t body_length;
};

static size_t at_most(size_t value, size_t limit)
{
    return value < limit ? value : limit;
}

static size_t room(const struct output *out)
{
    return out->size - at_most(out->length, out->size);
}

static void put(struct output *out, const char *bytes, size_t length)
{
    if (room(out) > 0)
        memcpy(out->buffer + out->length, bytes, at_most(length, room(out)));
    out->length += length;
}

static void put_times(struct output *out, char byte, size_t times)
{
    if (room(out) > 0)
        memset(out->buffer + out->length, byte, at_most(times, room(out)));
    out->length += times;
}

static void put_field(struct output *out, const struct spec *spec, const struct field *field)
{
    size_t prefix_length = strlen(field->prefix);
    size_t length = prefix_length + field->zeros + field->body_length;
    size_t spaces = (size_t)spec->width - at_most(length, (size_t)spec->width);

    put_times(out, ' ', spec->left ? 0 : spaces);
    put(out, field->prefix, prefix_length);
    put_times(out, '0', field->zeros);
    put(out, field->body, field->body_length);
    put_times(out, ' ', spec->left ? spaces : 0);
}

static void put_string(struct output *out, const struct spec *spec, const char *string)
{
    struct field field = {.prefix = "", .body = string ? string : "(null)"};

    field.body_length =
        strnlen(field.body, spec->precision < 0 ? SIZE_MAX : (size_t)spec->precision);
    put_field(out, spec, &field);
}

static void put_char(struct output *out, const struct spec *spec, char byte)
{
    struct field field = {.prefix = "", .body = &byte, .body_length = 1};

    put_field(out, spec, &field);
}

static const char *sign(const struct spec *spec, bool negative)
{
    if (negative)
        return "-";
    if (spec->plus)
        return "+";
    return spec->space ? " " : "";
}

/* Zeros before the digits: up to the precision or, where there is none, up to the width. */
static size_t zeros_needed(const struct spec *spec, const struct field *field)
{
    size_t length = field->body_length;

    if (spec->precision >= 0)
        return (size_t)spec->precision - at_most(length, (size_t)spec->precision);
    if (!spec->zero || spec->left)
        return 0;
    length += strlen(field->prefix);
    return (size_t)spec->width - at_most(length, (size_t)spec->width);
}

/* An octal number with # begins with a 0, which may be one of the precision's. */
static void put_number(struct output *out, const struct spec *spec, const char *prefix,
                       const char *digits, unsigned base, uint64_t value)
{
    char text[DIGITS_MAX];
    char *first = text + sizeof(text);

    for (uint64_t rest = value; rest != 0; rest /= base)
        *--first = digits[rest % base];
    if (value == 0 && spec->precision != 0)
        *--first = '0';

    struct field field = {
        .prefix = prefix, .body = first, .body_length = (size_t)(text + sizeof(text) - first)};
    field.zeros = zeros_needed(spec, &field);
    if (base == 8 && spec->alternate && field.zeros == 0 && (value != 0 || field.body_length == 0))
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

static void put_signed(struct output *out, const struct spec *spec, struct arguments *arguments)
{
    uint64_t top = (uint64_t)1 << (8 * spec->bytes - 1);
    uint64_t value = next_unsigned(arguments, spec->bytes);
    bool negative = (value & top) != 0;

    value = (value ^ top) - top; /* the sign in all the bits above, too */
    put_number(out, spec, sign(spec, negative), "0123456789", 10, negative ? 0 - value : value);
}

static void put_unsigned(struct output *out, const struct spec *spec, char letter, uint64_t value)
{
    bool marked = spec->alternate && value != 0;

    switch (letter) {
    case 'u':
        put_number(out, spec, "", "0123456789", 10, value);
        break;
    case 'o':
        put_number(out, spec, "", "01234567", 8, value);
        break;
    case 'X':
        put_number(out, spec, marked ? "0X" : "", "0123456789ABCDEF", 16, value);
        break;
    default: /* x, and p, which always has its prefix */
        put_number(out, spec, marked || letter == 'p' ? "0x" : "", "0123456789abcdef", 16, value);
        break;
    }
}

/* Takes one of the flags in; false where it is none. */
static bool read_flag(struct spec *spec, char flag)
{
    spec->left |= flag == '-';
    spec->plus |= flag == '+';
    spec->space |= flag == ' ';
    spec->alternate |= flag == '#';
    spec->zero |= flag == '0';
    return flag != '\0' && strchr("-+ #0", flag);
}

/* A number or *, at *format; leaves *format behind it. */
static int read_number(const char **format, struct arguments *arguments)
{
    int number = 0;

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
            return sizeof(short);
        ++*format;
        return sizeof(char);
    case 'l':
        if (**format == 'l')
            ++*format;
        return sizeof(long);
    case 'z':
    case 't':
    case 'j':
        return sizeof(intmax_t);
    default:
        --*format;
        return sizeof(int);
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
        spec.width = spec.width == INT_MIN ? INT_MAX : -spec.width;
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
        put_signed(out, &spec, arguments);
        break;
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        put_unsigned(out, &spec, letter, next_unsigned(arguments, spec.bytes));
        break;
    case 'p':
        put_unsigned(out, &spec, letter, next_unsigned(arguments, sizeof(void *)));
        break;
    case 's':
        put_string(out, &spec, va_arg(arguments->list, const char *));
        break;
    case 'c':
        put_char(out, &spec, (char)va_arg(arguments->list, int));
        break;
    case '%':
        put(out, "%", 1);
        break;
    default: /* not understood: shown, so that it is seen */
        put(out, (const char[]){'%', letter}, 2);
        break;
    }
}

int hv_vsnprintf(char *buffer, size_t size, const char *format, va_list list)
{
    struct output out = {.buffer = buffer, .size = size > 0 ? size - 1 : 0};
    struct arguments arguments;

    va_copy(arguments.list, list);
    while (*format) {
        size_t plain = strcspn(format, "%");
        put(&out, format, plain);
        format += plain;
        if (*format) {
            format++;
            put_conversion(&out, &format, &arguments);
        }
    }
    va_end(arguments.list);
    if (size > 0)
        buffer[at_most(out.length, out.size)] = '\0';
    return (int)at_most(out.length, INT_MAX);
}

int hv_snprintf(char *buffer, size_t size, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    int length = hv_vsnprintf(buffer, size, format, list);
    va_end(list);
    return length;
}
