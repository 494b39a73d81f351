/* SPDX-License-Identifier: BSD-2-Clause */
/* What is typed: to whom it goes, how it is counted, how it is read. */
#include "hv/input.h"
#include "system_fixture.h"

#define CONSOLE_LINE 4

static int boot(void **state)
{
    (void)state;
    boot_system("", "a mem=128K console", "b mem=128K console");
    fake_wire_forget();
    return 0;
}

static void run(const struct vcpu *vcpu)
{
    while (until_a_guest_runs() != &vcpu->frame)
        call(HV_CALL_VCPU_YIELD);
}

/* Both have the vector registered and nothing to read. */
static int settle(void **state)
{
    (void)state;
    for (unsigned id = 2; id-- > 0;) {
        run(&vcpus[id]);
        call(HV_CALL_IRQ_UNREGISTER, HV_VECTOR_CONSOLE);
        assert_int_equal(call(HV_CALL_IRQ_REGISTER, HV_VECTOR_CONSOLE, UPCALL), 0);
        call(HV_CALL_CONSOLE_READ, DATA, HV_CONSOLE_MAX);
    }
    return 0;
}

/* The wire brings these bytes, and interrupts until they are taken. */
static void type(const char *bytes)
{
    fake.typed = bytes;
    while (*fake.typed) {
        unsigned listens = fake.listens;
        irq_line(CONSOLE_LINE);
        assert_true(fake.listens == listens + 1 || *fake.typed == '\0');
    }
    irq_tick();
}

/* What guest `id` reads. */
static void assert_reads(unsigned id, const char *text)
{
    run(&vcpus[id]);
    assert_int_equal(virq_outstanding(vcpu_virq(&vcpus[id]), HV_VECTOR_CONSOLE), strlen(text));
    assert_int_equal(call(HV_CALL_CONSOLE_READ, DATA, HV_CONSOLE_MAX), strlen(text));
    assert_memory_equal(guest_bytes(DATA), text, strlen(text));
    assert_int_equal(call(HV_CALL_IRQ_ACK, HV_VECTOR_CONSOLE, strlen(text)), 0);
    assert_int_equal(call(HV_CALL_CONSOLE_READ, DATA, HV_CONSOLE_MAX), 0);
}

static void opened_at_boot(void **state)
{
    (void)state;
    assert_true(fake.open_lines >> CONSOLE_LINE & 1);
    assert_int_equal(fake.listens, 1);
    assert_int_equal(cpu.current->page->abi_version, 0x10001);
}

static void to_the_first_at_first(void **state)
{
    (void)state;
    type("hello\r");
    assert_reads(0, "hello\r");
    assert_reads(1, "");
}

static void to_who_is_chosen(void **state)
{
    (void)state;
    type("x\0011y\0010z\0011");
    assert_reads(0, "xz");
    assert_reads(1, "y");
    type("\0010");
    irq_tick();
    while (cpu_next(false) == NULL && cpu_next(true) == NULL)
        ;
    console_drain();
    assert_non_null(strstr(fake.text, "Belfry: input is for b now\r\n"));
    assert_non_null(strstr(fake.text, "Belfry: input is for a now\r\n"));
}

/* A choice is said, which is long: what was typed after it is taken by another interrupt. */
static void one_choice_at_a_time(void **state)
{
    (void)state;
    unsigned listens = fake.listens;
    cpu.attention = 0;
    cpu.tick = cpu.looked = -100;
    fake.typed = "\0010abc";
    irq_line(CONSOLE_LINE);
    assert_string_equal(fake.typed, "abc");
    assert_int_equal(fake.listens, listens + 1);
    assert_true(cpu.attention & ATTEND_CONSOLE);
    assert_int_equal(cpu.tick, -1); /* the next tick is looked at, for the console */
    irq_line(CONSOLE_LINE);
    assert_reads(0, "abc");
}

static void the_prefix(void **state)
{
    (void)state;
    type("\001\001a\001bc\0017d");
    assert_reads(0, "\001acd"); /* b is no choice, and 7 is nobody's number */
    type("\001");
    assert_reads(0, "");
    type("\001");
    assert_reads(0, "\001");
    assert_reads(1, "");
}

static void what_has_no_room_is_dropped(void **state)
{
    char many[HV_INPUT_MAX + 20];

    (void)state;
    memset(many, 'm', sizeof(many) - 1);
    many[sizeof(many) - 1] = '\0';
    for (unsigned i = 0; i < 8; i++)
        many[i] = "12345678"[i];
    type(many);
    many[HV_INPUT_MAX] = '\0';
    assert_reads(0, many);
    type("again");
    assert_reads(0, "again");
}

/* A burst is held back as any line's; what is left on the wire comes with the next tick. */
static void held_back(void **state)
{
    (void)state;
    irq_tick();
    fake.typed = "";
    for (unsigned i = 0; i < 15; i++)
        irq_line(CONSOLE_LINE);
    assert_true(fake.open_lines >> CONSOLE_LINE & 1);
    irq_line(CONSOLE_LINE);
    assert_false(fake.open_lines >> CONSOLE_LINE & 1);
    irq_tick();
    assert_true(fake.open_lines >> CONSOLE_LINE & 1);
}

static void reading(void **state)
{
    (void)state;
    type("abcdef");
    run(&vcpus[0]);
    assert_int_equal(call(HV_CALL_CONSOLE_READ, DATA, HV_CONSOLE_MAX + 1), HV_EINVAL);
    assert_int_equal(call(HV_CALL_CONSOLE_READ, 0, 0), 0);
    assert_int_equal(call(HV_CALL_CONSOLE_READ, CODE, 1), HV_EFAULT);
    assert_int_equal(call(HV_CALL_CONSOLE_READ, MEM_END - 4, 5), HV_EFAULT);
    assert_int_equal(call(HV_CALL_CONSOLE_READ, MEM_END - 4, 4), 4);
    assert_memory_equal(guest_bytes(MEM_END - 4), "abcd", 4);
    assert_int_equal(call(HV_CALL_CONSOLE_READ, DATA, 100), 2);
    assert_memory_equal(guest_bytes(DATA), "ef", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opened_at_boot),
        cmocka_unit_test_setup(to_the_first_at_first, settle),
        cmocka_unit_test_setup(to_who_is_chosen, settle),
        cmocka_unit_test_setup(one_choice_at_a_time, settle),
        cmocka_unit_test_setup(the_prefix, settle),
        cmocka_unit_test_setup(what_has_no_room_is_dropped, settle),
        cmocka_unit_test_setup(held_back, settle),
        cmocka_unit_test_setup(reading, settle),
    };

    return cmocka_run_group_tests(tests, boot, NULL);
}
