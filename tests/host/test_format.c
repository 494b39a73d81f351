/* SPDX-License-Identifier: BSD-2-Clause */
/* format_text() against the host's snprintf(): the same text and the same answer. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "hv/format.h"

/* The formats are put together from every flag, width, precision and length there is, so they are
 * not literals. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

#define TEXT_SIZE 128

static const char *const flags[] = {"", "0", "-", "-0", "0-"};
static const char *const widths[] = {"", "1", "4", "25"};
static const char *const precisions[] = {"", ".", ".0", ".3", ".24"};
static const char *const lengths[] = {"hh", "h", "", "l", "ll", "z", "t", "j"};
static const uint64_t values[] = {0,          1,         9,          10,         127,
                                  128,        255,       256,        32767,      32768,
                                  65535,      65536,     0x7FFFFFFF, 0x80000000, 0xFFFFFFFF,
                                  1ull << 32, INT64_MAX, 1ull << 63, UINT64_MAX, 1234567890ul};

#define assert_same(format, ...)                                                                   \
    do {                                                                                           \
        char expected[TEXT_SIZE], found[TEXT_SIZE];                                                \
        int expected_length = snprintf(expected, sizeof(expected), format, __VA_ARGS__);           \
        int found_length = format_text(found, sizeof(found), format, __VA_ARGS__);                 \
        if (found_length != expected_length || strcmp(found, expected) != 0)                       \
            fail_msg("\"%s\": \"%s\" (%d), expected \"%s\" (%d)", format, found, found_length,     \
                     expected, expected_length);                                                   \
    } while (0)

static void check_number(const char *format, const char *length, uint64_t value)
{
    if (strcmp(length, "") == 0 || length[0] == 'h')
        assert_same(format, (int)(uint32_t)value);
    else
        assert_same(format, (long)value);
}

static void check_number_format(const char *format, const char *length)
{
    for (size_t i = 0; i < ARRAY_LENGTH(values); i++)
        check_number(format, length, values[i]);
}

static void check_numbers(const char *flag, const char *width, const char *precision)
{
    for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
        for (const char *letter = "diuxX"; *letter != '\0'; letter++) {
            char format[32];
            snprintf(format, sizeof(format), "<%%%s%s%s%s%c>", flag, width, precision, lengths[i],
                     *letter);
            check_number_format(format, lengths[i]);
        }
    }
}

static void test_numbers(void **state)
{
    (void)state;
    for (size_t f = 0; f < ARRAY_LENGTH(flags); f++)
        for (size_t w = 0; w < ARRAY_LENGTH(widths); w++)
            for (size_t p = 0; p < ARRAY_LENGTH(precisions); p++)
                check_numbers(flags[f], widths[w], precisions[p]);
}

static void test_strings(void **state)
{
    static const char *const strings[] = {"", "a", "abc", "a longer string"};
    static const char *const formats[] = {"%s",   "%4s",   "%-4s",   "%.0s", "%.s",
                                          "%.2s", "%6.2s", "%-6.2s", "%.99s"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(strings); i++)
        for (size_t j = 0; j < ARRAY_LENGTH(formats); j++)
            assert_same(formats[j], strings[i]);
}

static void test_string_is_not_read_past_precision(void **state)
{
    const char bytes[3] = {'a', 'b', 'c'};
    char text[8];

    (void)state;
    assert_int_equal(format_text(text, sizeof(text), "%.3s", bytes), 3);
    assert_memory_equal(text, "abc", 4);
}

static void test_chars_and_percent(void **state)
{
    (void)state;
    assert_same("%c|%3c|%-3c|%%|100%%", 'a', 'b', 'c');
    char text[4] = "xxx";
    assert_int_equal(format_text(text, sizeof(text), "%c", '\0'), 1);
    assert_memory_equal(text, "\0\0x", 3);
}

static void test_pointers(void **state)
{
    char text[32];

    (void)state;
    assert_same("%p", (void *)(uintptr_t)0x1234);
    assert_same("%20p|%-20p|", (void *)UINTPTR_MAX, (void *)(uintptr_t)1);
    format_text(text, sizeof(text), "%p", (void *)NULL);
    assert_string_equal(text, "0x0");
}

static void test_null_string(void **state)
{
    const char *volatile none = NULL; /* volatile: not seen by the compiler's own check */
    char text[16];

    (void)state;
    format_text(text, sizeof(text), "%s", none);
    assert_string_equal(text, "(null)");
}

static void test_stars(void **state)
{
    (void)state;
    for (int width = -9; width <= 9; width++) {
        for (int precision = -3; precision <= 9; precision++) {
            assert_same("<%*.*d>", width, precision, -123);
            assert_same("<%*.*s>", width, precision, "abcdef");
        }
        assert_same("<%0*x>", width, 0xabcu);
    }
}

static void test_several_arguments(void **state)
{
    (void)state;
    assert_same("%s: %d of %u, 0x%016lx %hhu %c %llu%%", "name", -1, 2u, 0x123456789abcul,
                (unsigned char)200, 'z', 18446744073709551615ull);
    /* More than the registers hold. */
    assert_same("%d %d %d %d %d %d %d %d %d %d", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
}

static void test_every_size(void **state)
{
    (void)state;
    for (size_t size = 0; size <= 16; size++) {
        char expected[17], found[17];
        memset(expected, '#', sizeof(expected));
        memset(found, '#', sizeof(found));
        int expected_length = snprintf(expected, size, "%s-%05d", "abcde", 42);
        assert_int_equal(format_text(found, size, "%s-%05d", "abcde", 42), expected_length);
        assert_memory_equal(found, expected, sizeof(found));
    }
}

static void test_not_understood_is_shown(void **state)
{
    const char *volatile formats[] = {"%q", "%+d", "a%", "a%5", "%.", "%l"};
    static const char *const expected[] = {"%q", "%+d", "a", "a", "", ""};
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
    const char *volatile stars = "%*d%d"; /* volatile: not seen by the compiler's own check */
    char text[8];

    (void)state;
    assert_int_equal(format_text(text, sizeof(text), format, "abc"), 4);
    assert_string_equal(text, "abc|");
    assert_int_equal(format_text(text, sizeof(text), stars, INT_MIN, 1, 2), INT_MAX);
    assert_string_equal(text, "1      ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_string_is_not_read_past_precision),
        cmocka_unit_test(test_chars_and_percent),
        cmocka_unit_test(test_pointers),
        cmocka_unit_test(test_null_string),
        cmocka_unit_test(test_stars),
        cmocka_unit_test(test_several_arguments),
        cmocka_unit_test(test_every_size),
        cmocka_unit_test(test_not_understood_is_shown),
        cmocka_unit_test(test_absurd_widths_do_not_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
