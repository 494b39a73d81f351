/* SPDX-License-Identifier: BSD-2-Clause */
/* The modules' lines. */
#include <stdlib.h>
#include "config_fixture.h"

#define KEYS "mem=, line=, vector=, ports=, window=, fault=, restarts=, system, console"
#define NAME "a name, 1 to 15 of a-z 0-9 - _"

static void test_defaults(void **state)
{
    (void)state;
    read_modules("", "hello");
    assert_no_errors();
    assert_int_equal(config.partition_count, 1);
    assert_string_equal(first->name, "hello");
    assert_int_equal(first->mem, 2 << 20);
    assert_int_equal(grant_count(0), 0);
    assert_int_equal(first->window, 0);
    assert_int_equal(first->restarts, 3);
    assert_int_equal(first->fault, FAULT_STOP);
    assert_int_equal(first->port_count, 0);
    assert_string_equal(first->args, "");
}

static void test_every_key(void **state)
{
    (void)state;
    read_modules("", "g.elf all mem=1M line=0 line=3 vector=48 vector=0xff ports=0x2f8-0x2ff "
                     "ports=96 window=7 fault=restart restarts=9 -- some  args ");
    assert_no_errors();
    assert_string_equal(first->name, "all");
    assert_int_equal(first->mem, 1 << 20);
    assert_int_equal(grant_count(0), 4);
    assert_true(granted(0, 32) && granted(0, 35) && granted(0, 48) && granted(0, 255));
    assert_int_equal(first->port_count, 2);
    assert_int_equal(first->ports[0].first, 0x2F8);
    assert_int_equal(first->ports[0].last, 0x2FF);
    assert_int_equal(first->ports[1].first, 0x60);
    assert_int_equal(first->ports[1].last, 0x60);
    assert_int_equal(first->window, 7);
    assert_int_equal(first->fault, FAULT_RESTART);
    assert_int_equal(first->restarts, 9);
    assert_string_equal(first->args, "some  args ");
}

/* As QEMU hands the line over, as GRUB does, and between. */
static void test_path_is_skipped(void **state)
{
    static const char *const lines[] = {
        "name window=5",         "name.elf name window=5", "/boot/name name window=5",
        "./a=b/c name window=5", "  name \t window=5  ",   "\tx.elf\tname\twindow=5\t"};

    (void)state;
    for (unsigned i = 0; i < ARRAY_LENGTH(lines); i++) {
        read_modules("", lines[i]);
        assert_no_errors();
        assert_string_equal(first->name, "name");
        assert_int_equal(first->window, 5);
    }
}

static void test_good_names(void **state)
{
    static const char *const names[] = {"a",     "0",          "-", "_", "abcdefghijklmno",
                                        "z-9_a", "pqrstuvwxyz"};

    (void)state;
    for (unsigned i = 0; i < ARRAY_LENGTH(names); i++) {
        read_modules("", names[i]);
        assert_no_errors();
        assert_string_equal(first->name, names[i]);
    }
}

static void test_bad_names(void **state)
{
    static const char *const names[] = {
        "A", "Hello", "abcdefghijklmnop", "line=0", "a,b", "hi!", "a+b", "--", "a\"b", "a:", "p\\q",
        "`", "{"};

    (void)state;
    for (unsigned i = 0; i < ARRAY_LENGTH(names); i++) {
        char text[TEXT_SIZE];
        read_modules("", names[i]);
        snprintf(text, sizeof(text), "module 1: %s: expected " NAME, names[i]);
        assert_error(0, 0, text);
        assert_int_equal(error_count, 1);
        assert_string_equal(first->name, "");
    }
}

static void test_missing_names(void **state)
{
    static const char *const lines[] = {"", " ", "guest.elf", "/boot/guest"};

    (void)state;
    for (unsigned i = 0; i < ARRAY_LENGTH(lines); i++) {
        read_modules("", "p", lines[i]);
        assert_int_equal(error_count, 1);
        assert_error(0, 1, "module 2: no name: expected " NAME);
    }
    read_modules("", "guest.elf -- hello");
    assert_int_equal(error_count, 1);
    assert_error(0, 0, "module 1: --: expected " NAME);
    /* Only one path is skipped. */
    read_modules("", "a.elf b.elf name");
    assert_error(0, 0, "module 1: b.elf: expected " NAME);
    assert_error(1, 0, "module 1: name: expected one of " KEYS);
}

static void test_bad_name_does_not_hide_other_errors(void **state)
{
    (void)state;
    read_modules("", "Bad mem=1 window=0", "good fault=x");
    assert_int_equal(error_count, 4);
    assert_error(0, 0, "module 1: Bad: expected " NAME);
    assert_error(1, 0, "module 1: mem=1: expected 128K to 1G, in whole pages of 4K");
    assert_error(2, 0, "module 1: window=0: expected 1 to 10000 ticks");
    assert_error(3, 1, "partition \"good\": fault=x: expected stop, restart or halt");
}

static void test_name_used_twice(void **state)
{
    (void)state;
    read_modules("", "same", "other", "same", "sam", "same1");
    assert_int_equal(error_count, 1);
    assert_error(0, 2, "module 3: same: expected a name of its own; modules 1 and 3 have it");
    /* Names that are no names are not compared. */
    read_modules("", "", "");
    assert_int_equal(error_count, 2);
}

static void test_good_mem(void **state)
{
    static const struct {
        const char *word;
        uint64_t bytes;
    } cases[] = {
        {"p mem=128K", 128 << 10},     {"p mem=131072", 131072},    {"p mem=0x20000", 131072},
        {"p mem=132K", 132 << 10},     {"p mem=1M", 1 << 20},       {"p mem=1G", 1 << 30},
        {"p mem=1024M", 1 << 30},      {"p mem=1048576K", 1 << 30}, {"p mem=1073741824", 1 << 30},
        {"p mem=0x40000000", 1 << 30}, {"p mem=0x80K", 128 << 10},  {"p mem=135168", 135168},
    };

    (void)state;
    for (unsigned i = 0; i < ARRAY_LENGTH(cases); i++) {
        read_modules("", cases[i].word);
        assert_no_errors();
        assert_int_equal(first->mem, cases[i].bytes);
    }
}

static void test_bad_mem(void **state)
{
    static const char *const words[] = {
        "mem=",
        "mem=0",
        "mem=K",
        "mem=127K",
        "mem=124K",
        "mem=131071",
        "mem=1",
        "mem=131073",
        "mem=129K",
        "mem=130K",
        "mem=2G",
        "mem=1025M",
        "mem=1073745920",
        "mem=1048580K",
        "mem=1T",
        "mem=1MB",
        "mem=1m",
        "mem=1MM",
        "mem=1.5M",
        "mem=-1M",
        "mem=18014398509481985K",   /* 2^64 + 1K when shifted */
        "mem=17179869185G",         /* 2^64 + 1G when shifted */
        "mem=18446744073709682688", /* 2^64 + 128K */
    };

    (void)state;
    assert_bad_values(words, ARRAY_LENGTH(words), "128K to 1G, in whole pages of 4K");
    assert_int_equal(first->mem, 2 << 20);
}

static void test_windows(void **state)
{
    static const char *const words[] = {"window=0", "window=10001", "window=", "window=-1",
                                        "window=5ms"};

    (void)state;
    assert_bad_values(words, ARRAY_LENGTH(words), "1 to 10000 ticks");
    assert_int_equal(first->window, 0);
    read_modules("", "p window=1", "q window=10000");
    assert_no_errors();
    assert_int_equal(config.partitions[0].window, 1);
    assert_int_equal(config.partitions[1].window, 10000);
}

static void test_faults(void **state)
{
    static const char *const words[] = {"fault=", "fault=Stop", "fault=stopp", "fault=sto",
                                        "fault=0"};

    (void)state;
    assert_bad_values(words, ARRAY_LENGTH(words), "stop, restart or halt");
    read_modules("", "a fault=stop", "b fault=restart", "c fault=halt");
    assert_no_errors();
    assert_int_equal(config.partitions[0].fault, FAULT_STOP);
    assert_int_equal(config.partitions[1].fault, FAULT_RESTART);
    assert_int_equal(config.partitions[2].fault, FAULT_HALT);
}

static void test_system_and_console(void **state)
{
    (void)state;
    read_modules("", "a system", "b console vector=60", "c console system");
    assert_no_errors();
    assert_true(config.partitions[0].system && !config.partitions[0].console);
    assert_true(config.partitions[1].console && !config.partitions[1].system);
    assert_true(config.partitions[2].console && config.partitions[2].system);
    assert_int_equal(config.partitions[0].grants[3], 0);
    assert_int_equal(config.partitions[1].grants[3], UINT64_C(1) << 63); /* vector 255 */
    read_modules("", "a system=1 console=yes");
    assert_int_equal(error_count, 2);
}

static void test_restarts(void **state)
{
    static const char *const words[] = {"restarts=1000001", "restarts=", "restarts=-1",
                                        "restarts=always"};

    (void)state;
    assert_bad_values(words, ARRAY_LENGTH(words), "0 to 1000000");
    assert_int_equal(first->restarts, 3);
    read_modules("", "a restarts=0", "b restarts=1000000");
    assert_no_errors();
    assert_int_equal(config.partitions[0].restarts, 0);
    assert_int_equal(config.partitions[1].restarts, 1000000);
}

static void test_unknown_keys(void **state)
{
    static const char *const words[] = {"foo=1",   "Mem=1M", "memory=1M",   "=1",
                                        "lines=1", "hz=100", "word",        "-",
                                        "---",     "--x",    "unsafe-ports"};

    (void)state;
    assert_bad_values(words, ARRAY_LENGTH(words), "one of " KEYS);
}

static void test_keys_without_value(void **state)
{
    (void)state;
    assert_word_error("", "line", "line= and a value: 0 to 15, not 2");
    assert_word_error("", "fault", "fault= and a value: stop, restart or halt");
}

static void test_key_twice(void **state)
{
    static const struct {
        const char *line, *text;
    } cases[] = {
        {"p mem=1M mem=1M", "partition \"p\": mem=1M: expected mem only once"},
        {"p window=1 window=2", "partition \"p\": window=2: expected window only once"},
        {"p fault=stop fault=halt", "partition \"p\": fault=halt: expected fault only once"},
        {"p restarts=1 line=0 restarts=2",
         "partition \"p\": restarts=2: expected restarts only once"},
    };

    (void)state;
    for (unsigned i = 0; i < ARRAY_LENGTH(cases); i++) {
        read_modules("", cases[i].line);
        assert_int_equal(error_count, 1);
        assert_error(0, 0, cases[i].text);
    }
    /* Each partition counts its own. */
    read_modules("", "a mem=1M", "b mem=1M");
    assert_no_errors();
}

static void test_args(void **state)
{
    static const struct {
        const char *line, *args;
    } cases[] = {
        {"p", ""},
        {"p --", ""},
        {"p -- ", ""},
        {"p --  ", " "},
        {"p -- a", "a"},
        {"p --  a  b ", " a  b "},
        {"p window=1 -- line=99 -- more", "line=99 -- more"},
        {"p -- \"quoted\" \xff", "\"quoted\" \xff"},
        {"x.elf p  --  tail", " tail"},
    };

    (void)state;
    for (unsigned i = 0; i < ARRAY_LENGTH(cases); i++) {
        read_modules("", cases[i].line);
        assert_no_errors();
        assert_string_equal(first->args, cases[i].args);
    }
}

static void test_length_of_args(void **state)
{
    char line[BOOT_LINE_MAX] = "p -- ";

    (void)state;
    memset(line + 5, 'a', HV_ARGS_SIZE);
    line[5 + HV_ARGS_SIZE - 1] = '\0';
    read_modules("", line);
    assert_no_errors();
    assert_int_equal(strlen(first->args), 191);
    line[5 + HV_ARGS_SIZE - 1] = 'a';
    read_modules("", line);
    assert_int_equal(error_count, 1);
    assert_error(0, 0,
                 "partition \"p\": aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...: expected at most 191 "
                 "bytes of arguments, not 192");
    assert_string_equal(first->args, "");
}

static void test_line_too_long(void **state)
{
    (void)state;
    read_modules("", "p line=1 foo=", "Q.elf");
    error_count = 0;
    info.modules[0].line_cut = true;
    info.modules[1].line_cut = true;
    assert_int_equal(config_read_partitions(&config, &info, keep_error, &errors), 3);
    assert_error(0, 0, "partition \"p\": a longer line: expected at most 4095 bytes");
    assert_error(1, 1, "module 2: no name: expected " NAME);
    assert_error(2, 1, "module 2: a longer line: expected at most 4095 bytes");
}

static void test_words_are_shown_printable(void **state)
{
    (void)state;
    read_modules("", "p wi\x1b[2Jndow=1", "\xe9t\xe9");
    assert_error(0, 0, "partition \"p\": wi\\x1B[2Jndow=1: expected one of " KEYS);
    assert_error(1, 1, "module 2: \\xE9t\\xE9: expected " NAME);
}

static void test_no_module(void **state)
{
    (void)state;
    read_lines("", NULL, 0);
    assert_int_equal(config_read_partitions(&config, &info, keep_error, &errors), 1);
    assert_error(0, CONFIG_HYPERVISOR, "no module: expected 1 to 64, each a guest's image");
    assert_int_equal(config.partition_count, 0);
}

static void test_number_of_modules(void **state)
{
    static char lines[BOOT_MODULES][16];
    const char *pointers[BOOT_MODULES];

    (void)state;
    for (unsigned i = 0; i < BOOT_MODULES; i++) {
        snprintf(lines[i], sizeof(lines[i]), "p%u line=0", i);
        pointers[i] = lines[i];
    }
    read_lines("", pointers, BOOT_MODULES);
    assert_no_errors();
    assert_int_equal(config.partition_count, 64);
    assert_string_equal(config.partitions[63].name, "p63");
    strcpy(lines[63], "p0");
    read_lines("", pointers, BOOT_MODULES);
    assert_int_equal(error_count, 1);

    /* Those that fit are read all the same, for their errors. */
    info.module_count = 0xFFFFFFFF;
    error_count = 0;
    assert_int_equal(config_read_partitions(&config, &info, keep_error, &errors), 2);
    assert_error(0, CONFIG_HYPERVISOR, "module 65 of 4294967295: expected at most 64 modules");
    assert_error(1, 63, "module 64: p0: expected a name of its own; modules 1 and 64 have it");
    assert_int_equal(config.partition_count, 64);
}

/* Lines put together at random: every error keeps the form that keep_error() asserts, and what was
 * read without one keeps its promises. */
static void test_random_lines(void **state)
{
    static const char *const pieces[] = {"a",      "b.elf", " ",       " ",          "\t",
                                         "mem=",   "line=", "ports=",  "vector=",    "0x",
                                         "60",     "1",     "4",       "-",          " -- ",
                                         "=",      "M",     "K",       "\xff",       "\x01",
                                         "fault=", "stop",  "window=", "99999999999"};
    unsigned accepted = 0;

    (void)state;
    srand(1);
    for (unsigned round = 0; round < 20000; round++) {
        char lines[2][BOOT_LINE_MAX] = {"g", "h"};
        for (unsigned i = 0; i < 2; i++)
            for (int left = rand() % 12; left > 0; left--)
                strcat(lines[i], pieces[(size_t)rand() % ARRAY_LENGTH(pieces)]);
        read_modules("", lines[0], lines[1]);
        if (error_count > 0)
            continue;
        accepted++;
        assert_string_not_equal(config.partitions[0].name, config.partitions[1].name);
        for (unsigned i = 0; i < 2; i++) {
            assert_in_range(config.partitions[i].mem, HV_MEM_MIN, HV_MEM_MAX);
            assert_int_equal(config.partitions[i].grants[0] & 0xFFFFFFFF, 0);
            assert_false(granted(i, 34) || granted(i, 36) || granted(i, 128));
        }
    }
    assert_true(accepted > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_every_key),
        cmocka_unit_test(test_path_is_skipped),
        cmocka_unit_test(test_good_names),
        cmocka_unit_test(test_bad_names),
        cmocka_unit_test(test_missing_names),
        cmocka_unit_test(test_bad_name_does_not_hide_other_errors),
        cmocka_unit_test(test_name_used_twice),
        cmocka_unit_test(test_good_mem),
        cmocka_unit_test(test_bad_mem),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_restarts),
        cmocka_unit_test(test_system_and_console),
        cmocka_unit_test(test_unknown_keys),
        cmocka_unit_test(test_keys_without_value),
        cmocka_unit_test(test_key_twice),
        cmocka_unit_test(test_args),
        cmocka_unit_test(test_length_of_args),
        cmocka_unit_test(test_line_too_long),
        cmocka_unit_test(test_words_are_shown_printable),
        cmocka_unit_test(test_no_module),
        cmocka_unit_test(test_number_of_modules),
        cmocka_unit_test(test_random_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
