/* SPDX-License-Identifier: BSD-2-Clause */
/* format_text(), which is the guest library's hv_snprintf(), against the host's snprintf(): the
 * same text and the same answer. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "hv/compiler.h"
#include "hv/format.h"
#include "chance.h"

/* The formats are put together from every flag, width, precision and length there is, so they are
 * not literals. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

#define TEXT_SIZE 256

static const char *const widths[] = {"", "1", "4", "25", "*"};
static const char *const precisions[] = {"", ".", ".0", ".1", ".3", ".24", ".*"};
static const char *const lengths[] = {"hh", "h", "", "l", "ll", "z", "t", "j"};

#define assert_same(format, ...)                                                                   \
    do {                                                                                           \
        char expected[TEXT_SIZE], found[TEXT_SIZE];                                                \
        memset(expected, '#', sizeof(expected));                                                   \
        memset(found, '#', sizeof(found));                                                         \
        size_t size = (size_t)chance(4) ? TEXT_SIZE : (size_t)chance(12);                          \
        int expected_length = snprintf(expected, size, format, __VA_ARGS__);                       \
        int found_length = format_text(found, size, format, __VA_ARGS__);                          \
        if (found_length != expected_length || memcmp(found, expected, TEXT_SIZE) != 0)            \
            fail_msg("\"%s\", %zu bytes: \"%.*s\" (%d), expected \"%.*s\" (%d)", format, size,     \
                     TEXT_SIZE, found, found_length, TEXT_SIZE, expected, expected_length);        \
    } while (0)

/* As many bits as may be, so that small numbers and large ones are as likely; 0 often. */
static uint64_t any_value(void)
{
    unsigned bits = (unsigned)chance(65);
    uint64_t value = bits == 0 ? 0 : chance64() >> (64 - bits);

    return chance(2) ? value : 0 - value;
}

static int any_star(void)
{
    return (int)chance(40) - 10;
}

/* With as many stars as the format has, each an int before the value. */
#define assert_same_with_stars(format, value)                                                      \
    do {                                                                                           \
        int first = any_star(), second = any_star();                                               \
        const char *star = strchr(format, '*');                                                    \
        if (!star)                                                                                 \
            assert_same(format, value);                                                            \
        else if (!strchr(star + 1, '*'))                                                           \
            assert_same(format, first, value);                                                     \
        else                                                                                       \
            assert_same(format, first, second, value);                                             \
    } while (0)

static void check_number(const char *format, const char *length)
{
    uint64_t value = any_value();

    if (strcmp(length, "") == 0 || length[0] == 'h')
        assert_same_with_stars(format, (int)(uint32_t)value);
    else
        assert_same_with_stars(format, (long)value);
}

/* The flags of a set of bits; where C says nothing of a flag with a conversion, it is left out. */
static void write_flags(char *text, unsigned set, char letter)
{
    for (const char *flag = "-0+ #"; *flag; flag++, set /= 2) {
        bool is_signed = letter == 'd' || letter == 'i';
        if (strchr("+ ", *flag) && !is_signed)
            continue;
        if (*flag == '#' && !strchr("oxX", letter))
            continue;
        if (set % 2)
            *text++ = *flag;
    }
    *text = '\0';
}

static void check_numbers(unsigned set, const char *width, const char *precision)
{
    for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
        for (const char *letter = "diuoxX"; *letter; letter++) {
            char flags[8], format[32];
            write_flags(flags, set, *letter);
            snprintf(format, sizeof(format), "<%%%s%s%s%s%c>", flags, width, precision, lengths[i],
                     *letter);
            for (int times = 0; times < 4; times++)
                check_number(format, lengths[i]);
        }
    }
}

/* Every set of flags with every width, precision and length; the values as chance has them. */
static void test_numbers(void **state)
{
    (void)state;
    for (unsigned set = 0; set < 1u << 5; set++)
        for (size_t w = 0; w < ARRAY_LENGTH(widths); w++)
            for (size_t p = 0; p < ARRAY_LENGTH(precisions); p++)
                check_numbers(set, widths[w], precisions[p]);
}

static void test_edges(void **state)
{
    static const uint64_t values[] = {0,          1,           7,           8,         9,
                                      10,         127,         128,         255,       256,
                                      32767,      32768,       65535,       65536,     INT32_MAX,
                                      1ull << 31, UINT32_MAX,  1ull << 32,  INT64_MAX, 1ull << 63,
                                      UINT64_MAX, 01777777777, 07777777777, 0xABCDEF};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
        unsigned long value = values[i];
        long number = (long)value;
        assert_same("%ld %+ld % ld % 020ld %-+20ld|", number, number, number, number, number);
        assert_same("%lo %#lo %#25lo %#.0lo %#.30lo %#-9lo|", value, value, value, value, value,
                    value);
        assert_same("%#lx %#lX %#020lx %-#20lx %#.0lx|", value, value, value, value, value);
        assert_same("%hhd %hhu %hd %hu %d %u", (signed char)value, (unsigned char)value,
                    (short)value, (unsigned short)value, (int)value, (unsigned)value);
        assert_same("%zu %td %jd %llx", (size_t)value, (ptrdiff_t)value, (intmax_t)value,
                    (unsigned long long)value);
    }
}

static void test_strings(void **state)
{
    static const char *const strings[] = {"", "a", "abc", "a longer string", "%d"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(strings); i++)
        for (size_t w = 0; w < ARRAY_LENGTH(widths); w++)
            for (size_t p = 0; p < ARRAY_LENGTH(precisions); p++)
                for (int left = 0; left < 2; left++) {
                    char format[32];
                    snprintf(format, sizeof(format), "<%%%s%s%ss>", left ? "-" : "", widths[w],
                             precisions[p]);
                    assert_same_with_stars(format, strings[i]);
                }
}

/* What precision allows need have no NUL behind it: ASan looks. */
static void test_string_is_not_read_past_precision(void **state)
{
    const char bytes[3] = {'a', 'b', 'c'};
    char text[8];

    (void)state;
    assert_int_equal(format_text(text, sizeof(text), "%.3s|", bytes), 4);
    assert_string_equal(text, "abc|");
}

static void test_chars_and_percent(void **state)
{
    char text[4] = "xxx";

    (void)state;
    assert_same("%c|%3c|%-3c|%*c|%%|100%%", 'a', 'b', 'c', 5, 'd');
    assert_int_equal(format_text(text, sizeof(text), "%c", '\0'), 1);
    assert_memory_equal(text, "\0\0x", 3);
}

static void test_pointers(void **state)
{
    const void *volatile none = NULL; /* volatile: not seen by the compiler's own check */
    char text[32];

    (void)state;
    assert_same("%p %20p|%-20p|", (void *)(uintptr_t)0x1234, (void *)UINTPTR_MAX,
                (void *)(uintptr_t)1);
    assert_int_equal(format_text(text, sizeof(text), "%p %5p|", none, none), 10);
    assert_string_equal(text, "0x0   0x0|");
}

static void test_null_string(void **state)
{
    const char *volatile none = NULL;
    char text[32];

    (void)state;
    format_text(text, sizeof(text), "%s %8s %.3s", none, none, none);
    assert_string_equal(text, "(null)   (null) (nu");
}

static void test_several_arguments(void **state)
{
    (void)state;
    assert_same("%s: %d of %u, 0x%016lx %hhu %c %llu%%", "name", -1, 2u, 0x123456789abcul,
                (unsigned char)200, 'z', 18446744073709551615ull);
    /* More than the registers hold. */
    assert_same("%d %d %d %d %d %d %d %d %d %d", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
}

static void test_no_buffer(void **state)
{
    (void)state;
    assert_int_equal(format_text(NULL, 0, "%s-%05d", "abcde", 42), 11);
}

static void test_not_understood_is_shown(void **state)
{
    const char *volatile formats[] = {"%q", "%+k", "a%", "a%5", "%.", "%l", "%#0-"};
    static const char *const expected[] = {"%q", "%k", "a", "a", "", "", ""};
    char text[16];

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(expected); i++) {
        format_text(text, sizeof(text), formats[i], 1);
        assert_string_equal(text, expected[i]);
    }
}

static void test_absurd_widths_do_not_overflow(void **state)
{
    const char *volatile format = "%.99999999999999999999s|";
    const char *volatile stars = "%*d%d";
    const char *volatile zeros = "%.2147483647d%2147483647d%2147483647s";
    char text[8];

    (void)state;
    assert_int_equal(format_text(text, sizeof(text), format, "abc"), 4);
    assert_string_equal(text, "abc|");
    assert_int_equal(format_text(text, sizeof(text), stars, INT_MIN, 1, 2), INT_MAX);
    assert_string_equal(text, "1      ");
    assert_int_equal(format_text(text, sizeof(text), zeros, -1, 1, "x"), INT_MAX);
    assert_string_equal(text, "-000000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_string_is_not_read_past_precision),
        cmocka_unit_test(test_chars_and_percent),
        cmocka_unit_test(test_pointers),
        cmocka_unit_test(test_null_string),
        cmocka_unit_test(test_several_arguments),
        cmocka_unit_test(test_no_buffer),
        cmocka_unit_test(test_not_understood_is_shown),
        cmocka_unit_test(test_absurd_widths_do_not_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
