/* SPDX-License-Identifier: BSD-2-Clause */
/* The modules' words line=, vector= and ports=. */
#include "config_fixture.h"

static void test_good_lines(void **state)
{
    (void)state;
    for (unsigned line = 0; line < 16; line++) {
        char module[32];
        if (line == 2 || line == 4)
            continue;
        snprintf(module, sizeof(module), "p line=%u", line);
        read_modules("", module);
        assert_no_errors();
        assert_int_equal(grant_count(0), 1);
        assert_true(granted(0, 32 + line));
    }
    read_modules("", "p line=1 line=1 line=0x1");
    assert_no_errors();
    assert_int_equal(grant_count(0), 1);
}

static void test_bad_lines(void **state)
{
    static const char *const words[] = {"line=2",    "line=16", "line=-1",  "line=",
                                        "line=0x10", "line=x",  "line=1,3", "line=4294967296"};

    (void)state;
    assert_bad_values(words, ARRAY_LENGTH(words), "0 to 15, not 2");
    assert_int_equal(grant_count(0), 0);
}

static void test_consoles_line(void **state)
{
    (void)state;
    assert_word_error("", "line=4", "another line than 4, the console's");
    assert_word_error("com=2", "line=3", "another line than 3, the console's");
    /* Nor with unsafe-ports. */
    assert_word_error("unsafe-ports", "line=4", "another line than 4, the console's");
    read_modules("com=2", "p line=4");
    assert_no_errors();
}

static void test_line_of_two(void **state)
{
    (void)state;
    read_modules("", "a line=0 line=1", "b line=0 line=5", "c line=5 line=0 line=1");
    assert_int_equal(error_count, 2);
    assert_error(0, 2,
                 "partition \"c\": line=5: expected a line that no other partition has; "
                 "partition \"b\" has it");
    assert_error(1, 2,
                 "partition \"c\": line=1: expected a line that no other partition has; "
                 "partition \"a\" has it");
    assert_true(granted(0, 32) && granted(1, 32) && granted(2, 32));
    assert_int_equal(grant_count(2), 1);
    read_modules("", "BAD line=7", "b line=7");
    assert_error(1, 1,
                 "partition \"b\": line=7: expected a line that no other partition has; module 1 "
                 "has it");
}

static void test_good_vectors(void **state)
{
    (void)state;
    for (unsigned vector = 48; vector < 256; vector++) {
        char module[32];
        if (vector == 128)
            continue;
        snprintf(module, sizeof(module), "p vector=%u vector=0x%x", vector, vector);
        read_modules("", module, "q vector=200"); /* may go to several */
        assert_no_errors();
        assert_int_equal(grant_count(0), 1);
        assert_true(granted(0, vector));
    }
}

static void test_bad_vectors(void **state)
{
    static const char *const words[] = {
        "vector=47",  "vector=0",   "vector=32", "vector=128",   "vector=0x80",
        "vector=256", "vector=-48", "vector=",   "vector=48-50", "vector=4294967344"};

    (void)state;
    assert_bad_values(words, ARRAY_LENGTH(words), "48 to 255, not 128");
    assert_int_equal(grant_count(0), 0);
}

static void test_good_ports(void **state)
{
    static const struct {
        const char *line;
        unsigned first, last;
    } cases[] = {
        {"p ports=0x60", 0x60, 0x60},
        {"p ports=0x62-0x63", 0x62, 0x63},
        {"p ports=0x2f8-0x2FF", 0x2F8, 0x2FF},
        {"p ports=0x2000-9000", 0x2000, 9000},
        {"p ports=65535", 0xFFFF, 0xFFFF},
        {"p ports=0xD00-0x88FF", 0xD00, 0x88FF},
        {"p ports=0x10-0x1f", 0x10, 0x1F},
        {"p ports=0x22-0x3F", 0x22, 0x3F},
        {"p ports=0x62-99", 0x62, 0x63},
        {"p ports=0xe0-0xf3", 0xE0, 0xF3},
        {"p ports=0x400-0x4cf", 0x400, 0x4CF},
        {"p ports=0x300-0x3F7", 0x300, 0x3F7},
        {"p ports=0x65-0x6f", 0x65, 0x6F},
        {"p ports=0xb4-0xbf", 0xB4, 0xBF},
        {"p ports=0x4d2-0xcf7", 0x4D2, 0xCF7},
        {"p ports=5000-5000", 5000, 5000},
        {"p ports=0x8901-0xffff", 0x8901, 0xFFFF},
    };

    (void)state;
    for (unsigned i = 0; i < ARRAY_LENGTH(cases); i++) {
        read_modules("", cases[i].line);
        assert_no_errors();
        assert_int_equal(first->port_count, 1);
        assert_int_equal(first->ports[0].first, cases[i].first);
        assert_int_equal(first->ports[0].last, cases[i].last);
    }
}

static void test_bad_ports(void **state)
{
    static const char *const words[] = {"ports=",
                                        "ports=-",
                                        "ports=0x300-",
                                        "ports=-0x300",
                                        "ports=0x301-0x300",
                                        "ports=0x10000",
                                        "ports=0-0x10000",
                                        "ports=0x300-0x310-0x320",
                                        "ports=0x300,0x310",
                                        "ports=300h",
                                        "ports=0x300--0x301",
                                        "ports=4294968064",
                                        "ports=0x300-4294968064"};

    (void)state;
    assert_bad_values(words, ARRAY_LENGTH(words), "a port or first-last, 0 to 0xffff");
    assert_int_equal(first->port_count, 0);
}

/* What ABI.md lists, as first and last port. */
static const struct {
    unsigned first, last;
    const char *what;
} machine[] = {
    {0x00, 0x0F, "DMA"},         {0x20, 0x21, "8259"},         {0x40, 0x43, "8254"},
    {0x61, 0x61, "8254 gate"},   {0x64, 0x64, "8042"},         {0x70, 0x71, "NMI mask"},
    {0x80, 0x8F, "DMA pages"},   {0x92, 0x92, "reset"},        {0xA0, 0xA1, "8259"},
    {0xB2, 0xB3, "SMI"},         {0xC0, 0xDF, "DMA"},          {0xF4, 0xF4, "debug exit"},
    {0x4D0, 0x4D1, "8259 mode"}, {0xCF8, 0xCFF, "PCI, reset"}, {0x8900, 0x8900, "shutdown"},
};

/* Every port there is, alone: the machine's are refused, the others granted. */
static void test_each_port(void **state)
{
    (void)state;
    for (unsigned port = 0; port < 0x10000; port++) {
        char word[32], expected[TEXT_SIZE] = "";
        snprintf(word, sizeof(word), "ports=0x%x", port);
        for (unsigned i = 0; i < ARRAY_LENGTH(machine); i++)
            if (port >= machine[i].first && port <= machine[i].last)
                snprintf(expected, sizeof(expected),
                         "ports without 0x%x-0x%x (%s), or unsafe-ports on the hypervisor's line",
                         machine[i].first, machine[i].last, machine[i].what);
        if (port >= 0x3F8 && port <= 0x3FF)
            strcpy(expected, "ports without 0x3f8-0x3ff, the console's");
        if (expected[0] != '\0') {
            assert_word_error("", word, expected);
            assert_int_equal(first->port_count, 0);
            continue;
        }
        char module[40];
        snprintf(module, sizeof(module), "p %s", word);
        read_modules("", module);
        assert_no_errors();
    }
}

static void test_machines_ports_in_a_range(void **state)
{
    static const char *const words[] = {"ports=0x1f-0x20", "ports=0x21-0x22", "ports=0x10-0x30",
                                        "ports=0x20-0x21"};

    (void)state;
    assert_bad_values(words, ARRAY_LENGTH(words),
                      "ports without 0x20-0x21 (8259), or unsafe-ports on the hypervisor's line");
}

static void test_unsafe_ports(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_LENGTH(machine); i++) {
        char module[40];
        snprintf(module, sizeof(module), "p ports=%u-%u", machine[i].first, machine[i].last);
        read_modules("unsafe-ports", module);
        assert_no_errors();
        assert_int_equal(first->ports[0].first, machine[i].first);
        assert_int_equal(first->ports[0].last, machine[i].last);
    }
    /* But neither the console's ports nor what another has. */
    assert_word_error("unsafe-ports", "ports=0-0xffff", "ports without 0x3f8-0x3ff, the console's");
    read_modules("unsafe-ports", "a ports=0x70", "b ports=0x70-0x71");
    assert_int_equal(error_count, 1);
    assert_error(0, 1,
                 "partition \"b\": ports=0x70-0x71: expected ports that no other partition has; "
                 "partition \"a\" has 0x70-0x70");
}

static void test_consoles_ports(void **state)
{
    (void)state;
    assert_word_error("", "ports=0x3f7-0x3f8", "ports without 0x3f8-0x3ff, the console's");
    assert_word_error("", "ports=0x3ff-0x400", "ports without 0x3f8-0x3ff, the console's");
    assert_word_error("com=2", "ports=0x2ff", "ports without 0x2f8-0x2ff, the console's");
    read_modules("com=2", "p ports=0x3f8-0x3ff");
    assert_no_errors();
}

static void test_ports_of_two(void **state)
{
    static const char *const words[] = {"q ports=0x300", "q ports=0x2f0-0x300",
                                        "q ports=0x30f-0x320", "q ports=0x2f0-0x320",
                                        "q ports=0x304-0x305"};

    (void)state;
    for (unsigned i = 0; i < ARRAY_LENGTH(words); i++) {
        char text[TEXT_SIZE];
        read_modules("", "p ports=0x500 ports=0x300-0x30f", words[i]);
        snprintf(text, sizeof(text),
                 "partition \"q\": %s: expected ports that no other partition has; partition \"p\" "
                 "has 0x300-0x30f",
                 words[i] + 2);
        assert_error(0, 1, text);
        assert_int_equal(error_count, 1);
        assert_int_equal(config.partitions[1].port_count, 0);
    }
    read_modules("", "p ports=0x300-0x30f ports=0x308-0x318", "q ports=0x2ff ports=0x319");
    assert_no_errors();
}

static void test_number_of_ports_words(void **state)
{
    char line[BOOT_LINE_MAX] = "p";

    (void)state;
    for (unsigned i = 0; i < CONFIG_PORTS; i++)
        sprintf(line + strlen(line), " ports=%u", 0x1000 + i);
    read_modules("", line);
    assert_no_errors();
    assert_int_equal(first->port_count, CONFIG_PORTS);
    strcat(line, " ports=0x2000");
    read_modules("", line);
    assert_int_equal(error_count, 1);
    assert_error(0, 0, "partition \"p\": ports=0x2000: expected at most 32 times ports=");
    assert_int_equal(first->port_count, CONFIG_PORTS);
}

/* The longest that every part can be: the line still ends below its limit, uncut. */
static void test_longest_error(void **state)
{
    char line[BOOT_LINE_MAX] = "abcdefghijklmn1 ports=0x000000000000000000000000000cf8";

    (void)state;
    read_modules("", line);
    assert_error(
        0, 0,
        "partition \"abcdefghijklmn1\": ports=0x0000000000000000000000000...: expected "
        "ports without 0xcf8-0xcff (PCI, reset), or unsafe-ports on the hypervisor's line");
    read_modules("", "abcdefghijklmno ports=0x1000-0x2000",
                 "abcdefghijklmn1 ports=0x0000000000000000000000000000000001500");
    assert_error(0, 1,
                 "partition \"abcdefghijklmn1\": ports=0x0000000000000000000000000...: expected "
                 "ports that no other partition has; partition \"abcdefghijklmno\" has "
                 "0x1000-0x2000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_lines),    cmocka_unit_test(test_bad_lines),
        cmocka_unit_test(test_consoles_line), cmocka_unit_test(test_line_of_two),
        cmocka_unit_test(test_good_vectors),  cmocka_unit_test(test_bad_vectors),
        cmocka_unit_test(test_good_ports),    cmocka_unit_test(test_bad_ports),
        cmocka_unit_test(test_each_port),     cmocka_unit_test(test_machines_ports_in_a_range),
        cmocka_unit_test(test_unsafe_ports),  cmocka_unit_test(test_consoles_ports),
        cmocka_unit_test(test_ports_of_two),  cmocka_unit_test(test_number_of_ports_words),
        cmocka_unit_test(test_longest_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
