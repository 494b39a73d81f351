/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults by name, policies, reports past the console's buffers, and the summary at the end. */
#include "system_fixture.h"

static struct vcpu *const a = &vcpus[0];

static int boot(void **state)
{
    (void)state;
    boot_system("exit=idle", "a mem=128K fault=halt vector=48", "b mem=128K fault=stop");
    for (unsigned turns = 0; turns < 2; turns++) { /* b has started too, and a runs again */
        call(HV_CALL_VCPU_YIELD);
        until_a_guest_runs();
    }
    assert_ptr_equal(cpu.current, a);
    return 0;
}

static void assert_says(const char *text)
{
    if (!strstr(fake.text, text))
        fail_msg("\"%s\" is not in:\n%s", text, fake.text);
}

/* How the machine ends with `body`, in a process of its own; what is said stays in `fake`. */
static struct fake kept;

static void assert_exits(void (*body)(void), uint8_t value)
{
    kept = fake;
    fake_wire_forget();
    assert_int_equal(fake_run_apart(body), FAKE_EXITED);
    assert_int_equal(fake.exit_value, value);
}

static int keep(void **state)
{
    (void)state;
    kept = fake;
    return 0;
}

static int restore(void **state)
{
    (void)state;
    fake = kept;
    return 0;
}

/* ---- names ---- */

static void each_exception_has_its_name(void **state)
{
    static const char *const names[] = {
        "#DE", "#DB", "NMI", "#BP", "#OF",       "#BR", "#UD", "#NM", "#DF", "exception", "#TS",
        "#NP", "#SS", "#GP", "#PF", "exception", "#MF", "#AC", "#MC", "#XM", "#VE",       "#CP"};

    (void)state;
    for (unsigned what = 0; what < 32; what++)
        assert_string_equal(health_fault_name(what), what < 22 ? names[what] : "exception");
    assert_string_equal(health_fault_name(FAULT_BAD_FRAME), "bad frame");
    assert_string_equal(health_fault_name(FAULT_BAD_STACK), "bad stack");
    assert_string_equal(health_fault_name(FAULT_BAD_STACK + 1), "exception");
    assert_string_equal(health_fault_name(UINT32_MAX), "exception");
}

/* The longest that can be is not cut. */
static void the_longest_line_fits(void **state)
{
    struct partition partition = {
        .fault = {.what = EXCEPTION_PF, .rip = UINT64_MAX, .address = UINT64_MAX},
        .outstanding = UINT64_MAX,
        .sequel = SEQUEL_RESTART};
    char line[HEALTH_LINE];
    unsigned part = 0;

    (void)state;
    while (health_describe(&partition, part, line))
        part++;
    assert_string_equal(line, "fault #PF rip=0xffffffffffffffff addr=0xffffffffffffffff "
                              "outstanding=18446744073709551615, then restart");
}

/* ---- policies ---- */

static void run_on(void)
{
    for (unsigned slices = 0; slices < 100000; slices++)
        if (cpu_next(true))
            call(HV_CALL_VCPU_YIELD);
}

static void a_faults(void)
{
    health_fault(a, 6, 0);
    run_on();
}

static void halt_stops_the_machine(void **state)
{
    (void)state;
    assert_exits(a_faults, EXIT_FAILED);
    assert_says("a: fault #UD rip=0x400010 outstanding=0, then halt\r\n");
    assert_says(
        "Belfry: halted: a faulted and has fault=halt\r\nBelfry: a: fault #UD, restarts 0, ");
    assert_says("Belfry: b: not ended, restarts 0, ");
}

static void b_faults(void)
{
    health_fault(&vcpus[1], EXCEPTION_PF, 16);
    run_on();
    console_drain();
}

/* The counters of a life that goes on are in the summary too. */
static void a_faults_while_b_counts(void)
{
    struct virq *virq = vcpu_virq(&vcpus[1]);

    VIRQ_OF(virq, 48).raised = VIRQ_OF(virq, 48).acknowledged = 7;
    a_faults();
}

static void halt_counts_lives_that_go_on(void **state)
{
    (void)state;
    assert_exits(a_faults_while_b_counts, EXIT_FAILED);
    assert_says(
        "Belfry: b: not ended, restarts 0, upcalls 0, raised 7, acknowledged 7, discarded 0\r\n");
}

static void stop_stops_it_alone(void **state)
{
    (void)state;
    kept = fake;
    fake_wire_forget();
    assert_int_equal(fake_run_apart(b_faults), FAKE_RUNS);
    assert_says("b: fault #PF rip=0x400010 addr=0x10 outstanding=0, then stop\r\n");
    assert_null(strstr(fake.text, "Belfry"));
}

/* ---- reports ---- */

static void a_check_fails(void)
{
    CHECK(a->phase == PHASE_OFF);
}

static void nobodys_check_fails(void)
{
    cpu.current = NULL;
    CHECK(a->phase == PHASE_OFF);
}

static void a_check_names_the_place(void **state)
{
    (void)state;
    assert_exits(a_check_fails, EXIT_FAILED);
    assert_says("\r\nBelfry: check failed at tests/host/test_health.c:");
    assert_says(": a->phase == PHASE_OFF\r\nBelfry: current vCPU 0: a\r\n");
    assert_int_equal(fake.backtraces, kept.backtraces + 1);
}

static void or_nobody(void **state)
{
    (void)state;
    assert_exits(nobodys_check_fails, EXIT_FAILED);
    assert_null(strstr(fake.text, "current vCPU"));
}

/* What waits in the console's buffers does not come before a report. */
static void past_the_buffers(void **state)
{
    (void)state;
    assert_true(console_room(0) == HV_CONSOLE_MAX);
    call(HV_CALL_CONSOLE_WRITE, CONSTANTS, 100);
    assert_exits(a_check_fails, EXIT_FAILED);
    assert_null(strstr(fake.text, "a: "));
    assert_memory_equal(fake.text, "\r\nBelfry: check", 15);
}

static void a_wire_that_takes_nothing(void **state)
{
    (void)state;
    fake.room = 0;
    kept = fake;
    assert_int_equal(fake_run_apart(nobodys_check_fails),
                     FAKE_EXITED); /* it does not wait for ever */
    assert_int_equal(fake.length, kept.length);
    kept.room = UINT32_MAX;
}

/* ---- the end of all ---- */

static void all_exit(void)
{
    for (unsigned slices = 0; slices < 100000; slices++)
        if (cpu_next(true))
            call(HV_CALL_PARTITION_EXIT, 0);
}

static void all_exit_after_strays(void)
{
    cpu.nmis = 2;
    cpu.strays = 3;
    all_exit();
}

static void a_raises_and_exits(void)
{
    call(HV_CALL_IRQ_REGISTER, 48, UPCALL);
    for (unsigned i = 0; i < 5; i++)
        call(HV_CALL_IRQ_RAISE, 48, 0);
    call(HV_CALL_IRQ_ACK, 48, 3);
    irq_tick();
    irq_spurious(7);
    all_exit();
}

static void the_summary_counts_all(void **state)
{
    (void)state;
    assert_exits(a_raises_and_exits, EXIT_SUCCESS);
    assert_says(
        "Belfry: every partition has stopped\r\nBelfry: a: exit code 0, restarts 0, upcalls 0, "
        "raised 5, acknowledged 3, discarded 2\r\nBelfry: b: exit code 0, restarts 0, "
        "upcalls 0, raised 0, acknowledged 0, discarded 0\r\nBelfry: line 0: raised 1, held "
        "0, spurious 0, unclaimed 1\r\nBelfry: line 1: raised 0, held 0, spurious 0, "
        "unclaimed 0\r\nBelfry: line 3: ");
    assert_says("Belfry: line 7: raised 0, held 0, spurious 1, unclaimed 0\r\n");
    assert_says("Belfry: of 2 partitions 2 exited with code 0, 0 did not\r\n");
    assert_null(strstr(fake.text, "NMIs"));
}

static void what_no_line_sent(void **state)
{
    (void)state;
    assert_exits(all_exit_after_strays, EXIT_SUCCESS);
    assert_says("Belfry: NMIs 2, interrupts that no line sent 3\r\n");
}

static void restarts_until_none_is_left(void)
{
    for (unsigned slices = 0; slices < 100000; slices++)
        if (cpu_next(true))
            call(cpu.current == a ? HV_CALL_PARTITION_RESTART : HV_CALL_PARTITION_EXIT, 0);
}

static void no_restart_left(void **state)
{
    (void)state;
    assert_exits(restarts_until_none_is_left, EXIT_STOPPED);
    assert_says("Belfry: a: no restart left, restarts 3, ");
    assert_says("Belfry: of 2 partitions 1 exited with code 0, 1 did not\r\n");
}

/* With exit=never the machine stays. */
static void never(void)
{
    struct config config = {.exit_idle = false};

    health_init(&config);
    all_exit();
    all_exit();
}

static void stays_where_no_line_says_exit(void **state)
{
    (void)state;
    kept = fake;
    fake_wire_forget();
    assert_int_equal(fake_run_apart(never), FAKE_RUNS);
    const char *said = strstr(fake.text, "Belfry: every partition has stopped\r\n");
    assert_non_null(said);
    assert_null(strstr(said + 1, "Belfry")); /* once, and no summary */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_exception_has_its_name),
        cmocka_unit_test(the_longest_line_fits),
        cmocka_unit_test_setup_teardown(halt_stops_the_machine, keep, restore),
        cmocka_unit_test_setup_teardown(halt_counts_lives_that_go_on, keep, restore),
        cmocka_unit_test_setup_teardown(stop_stops_it_alone, keep, restore),
        cmocka_unit_test_setup_teardown(a_check_names_the_place, keep, restore),
        cmocka_unit_test_setup_teardown(or_nobody, keep, restore),
        cmocka_unit_test_setup_teardown(a_wire_that_takes_nothing, keep, restore),
        cmocka_unit_test_setup_teardown(the_summary_counts_all, keep, restore),
        cmocka_unit_test_setup_teardown(what_no_line_sent, keep, restore),
        cmocka_unit_test_setup_teardown(no_restart_left, keep, restore),
        cmocka_unit_test_setup_teardown(stays_where_no_line_says_exit, keep, restore),
        cmocka_unit_test_setup_teardown(past_the_buffers, keep, restore),
    };

    return cmocka_run_group_tests(tests, boot, NULL);
}
