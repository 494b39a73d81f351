/* SPDX-License-Identifier: BSD-2-Clause */
/* The hypervisor's own line. */
#include "config_fixture.h"

static void read_line(const char *line)
{
    read_lines(line, NULL, 0);
}

static void assert_line_error(const char *line, const char *text)
{
    read_line(line);
    assert_error(0, CONFIG_HYPERVISOR, text);
    assert_int_equal(error_count, 1);
}

static void assert_defaults(void)
{
    assert_int_equal(config.hz, 1000);
    assert_int_equal(config.divisor, 1193);
    assert_int_equal(config.quantum, 10);
    assert_int_equal(config.burst, 16);
    assert_int_equal(config.com, 1);
    assert_false(config.exit_idle);
    assert_false(config.unsafe_ports);
    assert_int_equal(config.partition_count, 0);
}

static void test_defaults(void **state)
{
    static const char *const lines[] = {
        "", "   ", "belfry.elf", "/boot/belfry.elf", "belfry", "\t belfry.elf \t"};

    (void)state;
    for (unsigned i = 0; i < ARRAY_LENGTH(lines); i++) {
        read_line(lines[i]);
        assert_no_errors();
        assert_defaults();
    }
}

static void test_every_key(void **state)
{
    (void)state;
    read_line("build/belfry.elf hz=100 quantum=5  burst=20\tcom=2 exit=idle unsafe-ports");
    assert_no_errors();
    assert_int_equal(config.hz, 100);
    assert_int_equal(config.divisor, 11932);
    assert_int_equal(config.quantum, 5);
    assert_int_equal(config.burst, 20);
    assert_int_equal(config.com, 2);
    assert_true(config.exit_idle);
    assert_true(config.unsafe_ports);
}

static void test_first_word(void **state)
{
    (void)state;
    read_line("hz=100 com=2");
    assert_no_errors();
    assert_int_equal(config.hz, 100);
    read_line("unsafe-ports hz=100");
    assert_no_errors();
    assert_true(config.unsafe_ports);
    assert_int_equal(config.hz, 100);
    /* Only this very word is the key. */
    read_line("unsafe-ports.elf hz=100");
    assert_no_errors();
    assert_false(config.unsafe_ports);
    /* Only the first word is skipped. */
    assert_line_error("belfry.elf other.elf",
                      "the hypervisor's line: other.elf: expected one of hz=, quantum=, burst=, "
                      "com=, exit=, unsafe-ports");
}

static void test_hz_and_divisor(void **state)
{
    static const struct {
        const char *line;
        unsigned hz, divisor;
    } cases[] = {{"hz=19", 19, 62799},   {"hz=20000", 20000, 60}, {"hz=0x64", 100, 11932},
                 {"hz=7000", 7000, 170}, {"hz=7100", 7100, 168},  {"hz=0100", 100, 11932}};

    (void)state;
    for (unsigned i = 0; i < ARRAY_LENGTH(cases); i++) {
        read_line(cases[i].line);
        assert_no_errors();
        assert_int_equal(config.hz, cases[i].hz);
        assert_int_equal(config.divisor, cases[i].divisor);
    }
    /* Rounded to the nearest, for every rate there is. */
    for (unsigned hz = 19; hz <= 20000; hz++) {
        char line[16];
        snprintf(line, sizeof(line), "hz=%u", hz);
        read_lines(line, NULL, 0);
        double exact = 1193182.0 / hz;
        assert_true(config.divisor <= 0xFFFF);
        assert_true(exact - config.divisor <= 0.5 && config.divisor - exact <= 0.5);
    }
}

static void test_limits_are_in(void **state)
{
    (void)state;
    read_line("quantum=1 burst=1 exit=never");
    assert_no_errors();
    assert_int_equal(config.quantum, 1);
    assert_int_equal(config.burst, 1);
    assert_false(config.exit_idle);
    read_line("quantum=10000 burst=1000");
    assert_no_errors();
    assert_int_equal(config.quantum, 10000);
    assert_int_equal(config.burst, 1000);
}

/* Each is refused, says what was expected, and leaves the defaults. */
static void test_bad_values(void **state)
{
    static const struct {
        const char *word, *expected;
    } cases[] = {
        {"hz=18", "19 to 20000"},
        {"hz=20001", "19 to 20000"},
        {"hz=", "19 to 20000"},
        {"hz=abc", "19 to 20000"},
        {"hz=100x", "19 to 20000"},
        {"hz=-100", "19 to 20000"},
        {"hz=+100", "19 to 20000"},
        {"hz=0x", "19 to 20000"},
        {"hz=0xg", "19 to 20000"},
        {"hz=1e3", "19 to 20000"},
        {"hz=100=100", "19 to 20000"},
        {"hz=4294967396", "19 to 20000"},           /* 2^32 + 100 */
        {"hz=18446744073709551716", "19 to 20000"}, /* 2^64 + 100 */
        {"hz=0x10000000000000064", "19 to 20000"},
        {"quantum=0", "1 to 10000 ticks"},
        {"quantum=10001", "1 to 10000 ticks"},
        {"quantum=", "1 to 10000 ticks"},
        {"burst=0", "1 to 1000"},
        {"burst=1001", "1 to 1000"},
        {"burst=many", "1 to 1000"},
        {"com=0", "1 or 2"},
        {"com=3", "1 or 2"},
        {"com=com1", "1 or 2"},
        {"exit=", "never or idle"},
        {"exit=Idle", "never or idle"},
        {"exit=idles", "never or idle"},
        {"exit=idl", "never or idle"},
        {"unsafe-ports=1", "unsafe-ports without a value"},
        {"unsafe-ports=", "unsafe-ports without a value"},
    };

    (void)state;
    for (unsigned i = 0; i < ARRAY_LENGTH(cases); i++) {
        char text[TEXT_SIZE];
        snprintf(text, sizeof(text), "the hypervisor's line: %s: expected %s", cases[i].word,
                 cases[i].expected);
        assert_line_error(cases[i].word, text);
        assert_defaults();
    }
}

static void test_unknown_keys(void **state)
{
    static const char *const words[] = {"foo=1", "HZ=100", "h=100",  "hzz=100", "=100",
                                        "=",     "hz:100", "mem=1M", "--"};

    (void)state;
    for (unsigned i = 0; i < ARRAY_LENGTH(words); i++) {
        char line[32], text[TEXT_SIZE];
        snprintf(line, sizeof(line), "belfry.elf %s", words[i]);
        snprintf(text, sizeof(text),
                 "the hypervisor's line: %s: expected one of hz=, quantum=, burst=, com=, exit=, "
                 "unsafe-ports",
                 words[i]);
        assert_line_error(line, text);
    }
}

static void test_key_without_value(void **state)
{
    (void)state;
    assert_line_error("belfry.elf quantum",
                      "the hypervisor's line: quantum: expected quantum= and a value: 1 to 10000 "
                      "ticks");
}

static void test_key_twice(void **state)
{
    static const struct {
        const char *word, *key;
    } cases[] = {{"hz=100", "hz"}, {"quantum=5", "quantum"}, {"burst=5", "burst"},
                 {"com=2", "com"}, {"exit=idle", "exit"},    {"unsafe-ports", "unsafe-ports"}};

    (void)state;
    for (unsigned i = 0; i < ARRAY_LENGTH(cases); i++) {
        char line[64], text[TEXT_SIZE];
        snprintf(line, sizeof(line), "belfry.elf %s %s", cases[i].word, cases[i].word);
        snprintf(text, sizeof(text), "the hypervisor's line: %s: expected %s only once",
                 cases[i].word, cases[i].key);
        assert_line_error(line, text);
    }
    read_line("hz=100 hz=200");
    assert_int_equal(config.hz, 100);
}

static void test_all_errors_are_reported(void **state)
{
    (void)state;
    read_line("belfry.elf hz=1 foo=1 burst=7 com=9 quantum=0 exit=idle");
    assert_int_equal(error_count, 4);
    assert_error(0, CONFIG_HYPERVISOR, "the hypervisor's line: hz=1: expected 19 to 20000");
    assert_error(2, CONFIG_HYPERVISOR, "the hypervisor's line: com=9: expected 1 or 2");
    assert_error(3, CONFIG_HYPERVISOR,
                 "the hypervisor's line: quantum=0: expected 1 to 10000 ticks");
    assert_int_equal(config.burst, 7);
    assert_true(config.exit_idle);
}

static void test_words_are_shown_printable(void **state)
{
    (void)state;
    assert_line_error("hz=\x01\xff\x7f\n~",
                      "the hypervisor's line: hz=\\x01\\xFF\\x7F\\x0A~: expected 19 to 20000");
}

static void test_long_words_are_cut(void **state)
{
    char line[BOOT_LINE_MAX];

    (void)state;
    memset(line, '7', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\0';
    memcpy(line, "hz=", 3);
    assert_line_error(line, "the hypervisor's line: hz=777777777777777777777777777777...: "
                            "expected 19 to 20000");
    memset(line + 3, '\x80', sizeof(line) - 4);
    assert_line_error(line,
                      "the hypervisor's line: hz=\\x80\\x80\\x80\\x80\\x80\\x80\\x80\\x80...: "
                      "expected 19 to 20000");
}

static void test_line_too_long(void **state)
{
    (void)state;
    read_line("");
    strcpy(info.line, "belfry.elf hz=100 foo=");
    info.line_cut = true;
    assert_int_equal(config_read_hypervisor(&config, &info, keep_error, &errors), 1);
    assert_error(0, CONFIG_HYPERVISOR,
                 "the hypervisor's line: a longer line: expected at most 4095 bytes");
    assert_defaults();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_every_key),
        cmocka_unit_test(test_first_word),
        cmocka_unit_test(test_hz_and_divisor),
        cmocka_unit_test(test_limits_are_in),
        cmocka_unit_test(test_bad_values),
        cmocka_unit_test(test_unknown_keys),
        cmocka_unit_test(test_key_without_value),
        cmocka_unit_test(test_key_twice),
        cmocka_unit_test(test_all_errors_are_reported),
        cmocka_unit_test(test_words_are_shown_printable),
        cmocka_unit_test(test_long_words_are_cut),
        cmocka_unit_test(test_line_too_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
