/* SPDX-License-Identifier: BSD-2-Clause */
/* The boot in order: what is said, what is refused and why. Each in a process of its own, since a
 * system starts once. */
#include <stdio.h>
#include "system_fixture.h"

#define A "a mem=128K"

static const char *problem; /* with the boot loader's information */

static int set_up(void **state)
{
    (void)state;
    problem = NULL;
    prepare_system("exit=idle", A, NULL);
    return 0;
}

static void boot(void)
{
    hv_main(&info, problem);
}

static void assert_says(const char *text)
{
    if (!strstr(fake.text, text))
        fail_msg("\"%s\" is not in:\n%s", text, fake.text);
}

static void assert_silent(const char *text)
{
    if (strstr(fake.text, text))
        fail_msg("\"%s\" is in:\n%s", text, fake.text);
}

static void assert_starts(void)
{
    if (fake_run_apart(boot) != FAKE_RUNS || fake.exit_value == FAKE_DIED)
        fail_msg("it does not start:\n%s", fake.text);
    assert_true(fake.divisor > 0);
}

/* It ends with this value, and has not started the timer. */
static void assert_refused(uint8_t value)
{
    assert_int_equal(fake_run_apart(boot), FAKE_EXITED);
    assert_int_equal(fake.exit_value, value);
    assert_int_equal(fake.divisor, 0);
}

static void assert_one_error(const char *text)
{
    assert_refused(EXIT_CONFIG);
    assert_says(text);
    assert_says("Belfry: 1 error in the configuration: not started\r\n");
}

/* ---- what starts ---- */

static void says_what_is_there(void **state)
{
    (void)state;
    assert_starts();
    assert_says("Belfry: version 1.0, 11 MiB of memory, a fake CPU\r\n");
    assert_says("Belfry: a: mem 128K, fault stop\r\n");
    assert_silent("error");
    assert_silent("unsafe-ports");
    assert_int_equal(fake.com, 1);
    assert_int_equal(fake.divisor, 1193);
}

static void does_what_its_line_says(void **state)
{
    (void)state;
    strcpy(info.line, "com=2 hz=100 unsafe-ports");
    assert_starts();
    assert_says("Belfry: unsafe-ports: ports that break separation may be granted\r\n");
    assert_int_equal(fake.com, 2);
    assert_int_equal(fake.divisor, 11932);
}

static void says_what_each_is_granted(void **state)
{
    (void)state;
    strcpy(info.modules[0].line, "a mem=256K fault=restart restarts=7 window=9 line=0 line=15 "
                                 "vector=48 vector=255 ports=0x60 ports=0x300-0x30f");
    add_guest(&info, "b mem=128K fault=halt");
    assert_starts();
    assert_says("Belfry: a: mem 256K, fault restart (at most 7), window 9, line 0, line 15, vector "
                "48, vector 255, ports 0x60-0x60, ports 0x300-0x30f\r\n"
                "Belfry: b: mem 128K, fault halt\r\n");
    assert_int_equal(fake.port_count, 2);
    assert_int_equal(fake.ports[0].range.first, 0x60);
    assert_int_equal(fake.ports[0].range.last, 0x60);
    assert_int_equal(fake.ports[1].range.first, 0x300);
    assert_int_equal(fake.ports[1].range.last, 0x30F);
}

static void what_is_long_is_cut(void **state)
{
    (void)state;
    for (unsigned vector = 48; vector < 80; vector++)
        sprintf(info.modules[0].line + strlen(info.modules[0].line), " vector=%u", vector);
    assert_starts();
    assert_says(", vector 48");
    assert_says("...\r\n");
    assert_silent("vector 79");
}

/* ---- what does not ---- */

static void bad_information(void **state)
{
    (void)state;
    problem = "why it is bad";
    assert_refused(EXIT_CONFIG);
    assert_says("Belfry: multiboot information: why it is bad\r\n");
    assert_silent("version");
    assert_int_equal(fake.com, 1); /* the console was opened before */
}

static void no_module(void **state)
{
    (void)state;
    info.module_count = 0;
    assert_one_error("Belfry: error: no module: expected 1 to 64, each a guest's image\r\n");
}

static void too_many_modules(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BOOT_MODULES; i++) {
        info.modules[i].memory = info.modules[0].memory;
        sprintf(info.modules[i].line, "m%u mem=128K", i);
    }
    info.module_count = BOOT_MODULES + 1;
    assert_one_error("Belfry: error: module 65 of 65: expected at most 64 modules\r\n");
    info.module_count = BOOT_MODULES;
    assert_starts();
    assert_says("Belfry: m63: mem 128K, fault stop\r\n");
}

static void every_error_is_said(void **state)
{
    (void)state;
    strcpy(info.line, "exit=idle hz=5");
    strcpy(info.modules[0].line, "a mem=5 colour=red");
    add_guest(&info, "a mem=128K");
    assert_refused(EXIT_CONFIG);
    assert_says("Belfry: error: the hypervisor's line: hz=5: expected 19 to 20000\r\n");
    assert_says("Belfry: error: partition \"a\": mem=5: expected ");
    assert_says("Belfry: error: partition \"a\": colour=red: expected ");
    assert_says("Belfry: error: module 2: a: expected a name of its own; ");
    assert_says("Belfry: 4 errors in the configuration: not started\r\n");
}

/* Where `mem` may be wrong, a good image is not called too large for it. */
static void a_wrong_line_does_not_make_the_image_wrong(void **state)
{
    (void)state;
    strcpy(info.modules[0].line, "a mem=4096");
    assert_one_error("Belfry: error: partition \"a\": mem=4096: expected 128K to 1G, ");
}

static void a_bad_image(void **state)
{
    (void)state;
    *(uint8_t *)arch_memory(info.modules[0].memory.start) = 0;
    assert_one_error("Belfry: error: partition \"a\": image: the magic number is 0x464c4500: "
                     "expected 0x464c457f (ELF)\r\n");
}

static void an_image_and_a_line(void **state)
{
    (void)state;
    strcpy(info.modules[0].line, "a line=2");
    *(uint8_t *)arch_memory(info.modules[0].memory.start) = 0;
    assert_refused(EXIT_CONFIG);
    assert_says("Belfry: error: partition \"a\": line=2: expected ");
    assert_says("Belfry: error: partition \"a\": image: the magic number ");
    assert_says("Belfry: 2 errors in the configuration: not started\r\n");
}

static void memory_that_is_not_there(void **state)
{
    (void)state;
    strcpy(info.modules[0].line, "a mem=16M");
    assert_one_error("Belfry: error: partition \"a\": mem=16M: no memory left, expected at most "
                     "12272K with its tables\r\n");
}

static void no_memory_for_tables(void **state)
{
    (void)state;
    fake.memory_end = FAKE_PHYSICAL + IMAGE_SIZE + MEM + HV_PAGE_SIZE;
    assert_one_error("Belfry: error: partition \"a\": mem=128K: no memory for page tables left, "
                     "expected at most 0K with its tables\r\n");
}

static void no_memory_for_ports(void **state)
{
    (void)state;
    fake.bitmaps = 0;
    strcpy(info.modules[0].line, "a mem=128K ports=0x60");
    assert_refused(EXIT_CONFIG);
    assert_says("Belfry: error: partition \"a\": mem=128K: no memory for I/O bitmaps left, ");
}

static void a_timer_that_does_not_count(void **state)
{
    (void)state;
    fake.tsc_hz = 0;
    assert_refused(EXIT_FAILED);
    assert_says("Belfry: the 8254 timer does not count: expected channel 0 to run at 1193182 Hz");
}

static void halts_where_no_line_says_exit(void **state)
{
    (void)state;
    strcpy(info.line, "");
    info.module_count = 0;
    assert_int_equal(fake_run_apart(boot), FAKE_HALTED);
    assert_says("Belfry: 1 error in the configuration: not started\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(says_what_is_there, set_up),
        cmocka_unit_test_setup(does_what_its_line_says, set_up),
        cmocka_unit_test_setup(says_what_each_is_granted, set_up),
        cmocka_unit_test_setup(what_is_long_is_cut, set_up),
        cmocka_unit_test_setup(bad_information, set_up),
        cmocka_unit_test_setup(no_module, set_up),
        cmocka_unit_test_setup(too_many_modules, set_up),
        cmocka_unit_test_setup(every_error_is_said, set_up),
        cmocka_unit_test_setup(a_wrong_line_does_not_make_the_image_wrong, set_up),
        cmocka_unit_test_setup(a_bad_image, set_up),
        cmocka_unit_test_setup(an_image_and_a_line, set_up),
        cmocka_unit_test_setup(memory_that_is_not_there, set_up),
        cmocka_unit_test_setup(no_memory_for_tables, set_up),
        cmocka_unit_test_setup(no_memory_for_ports, set_up),
        cmocka_unit_test_setup(a_timer_that_does_not_count, set_up),
        cmocka_unit_test_setup(halts_where_no_line_says_exit, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
