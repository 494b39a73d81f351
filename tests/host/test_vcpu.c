/* SPDX-License-Identifier: BSD-2-Clause */
/* The way out: who runs next, what is done before, and what is saved on the way. */
#include "system_fixture.h"

#define POSTPONED 15 /* changes of hands that come before the console */

static struct vcpu *const a = &vcpus[0], *const b = &vcpus[1];

static int boot(void **state)
{
    (void)state;
    boot_system("exit=never quantum=5",
                "a mem=128K vector=48 line=0 fault=restart restarts=1000000", "b mem=128K line=0");
    return 0;
}

static void run(const struct vcpu *vcpu)
{
    if (!cpu.current)
        until_a_guest_runs();
    while (cpu.current != vcpu) {
        call(HV_CALL_VCPU_YIELD);
        until_a_guest_runs();
    }
}

static void forget_all(struct vcpu *vcpu)
{
    run(vcpu);
    for (unsigned vector = 32; vector < HV_VECTORS; vector++)
        call(HV_CALL_IRQ_UNREGISTER, vector);
    vcpu->page->irq_disabled = 1;
}

/* Nothing on the wire, nothing registered, nothing to attend to; a runs, at the beginning of its
 * turn. */
static int settle(void **state)
{
    (void)state;
    fake.room = UINT32_MAX;
    irq_tick(); /* wakes those that wait for it */
    forget_all(a);
    forget_all(b);
    run(a);
    console_drain();
    cpu.attention = 0;
    fake.switches = 0;
    fake_wire_forget();
    return 0;
}

/* `vcpu` waits for a tick, and another runs where one is ready. */
static void wait_for_tick(const struct vcpu *vcpu)
{
    run(vcpu);
    assert_int_equal(call(HV_CALL_IRQ_REGISTER, HV_VECTOR_PIT, UPCALL), 0);
    assert_int_equal(call(HV_CALL_VCPU_WAIT), 0);
    cpu_next(false);
}

/* ---- states ---- */

static void each_has_its_state(void **state)
{
    (void)state;
    assert_int_equal(vcpu_state(a), VCPU_RUNNING);
    assert_int_equal(vcpu_state(b), VCPU_READY);
    assert_int_equal(vcpu_state(&vcpus[2]), VCPU_OFF);
    wait_for_tick(b);
    assert_int_equal(vcpu_state(a), VCPU_RUNNING);
    assert_int_equal(vcpu_state(b), VCPU_WAITING);
    irq_tick();
    assert_int_equal(vcpu_state(b), VCPU_READY);
    partition_restart(a->partition);
    assert_int_equal(vcpu_state(a), VCPU_LOADING);
}

static void what_has_stopped_never_runs(void)
{
    run(b);
    call(HV_CALL_PARTITION_EXIT, 0);
    for (unsigned slices = 0; slices < 1000; slices++)
        if (cpu_next(true))
            CHECK(cpu.current == a);
    CHECK(vcpu_state(b) == VCPU_STOPPED);
    console_print("as it should be");
    console_drain();
}

static void stopped(void **state)
{
    (void)state;
    assert_int_equal(fake_run_apart(what_has_stopped_never_runs), FAKE_RUNS);
    assert_non_null(strstr(fake.text, "as it should be"));
}

/* ---- changes of hands ---- */

static void a_switch_only_to_another(void **state)
{
    (void)state;
    assert_ptr_equal(cpu_next(false), &a->frame);
    assert_int_equal(fake.switches, 0);
    run(b);
    assert_int_equal(fake.switches, 1);
    assert_ptr_equal(fake.from, a);
    assert_ptr_equal(fake.to, b);
    assert_int_equal(fake.root, b->partition->space.root);
}

/* Whose state the CPU still holds needs no switch. */
static void no_switch_after_idling(void **state)
{
    (void)state;
    wait_for_tick(b);
    wait_for_tick(a);
    assert_null(cpu_next(true));
    assert_true(cpu.halt);
    unsigned switches = fake.switches;
    irq_tick();
    assert_ptr_equal(cpu_next(false), &a->frame); /* woken together, the lowest first */
    assert_int_equal(fake.switches, switches);
}

static void nobody_but_the_idle_cpu(void **state)
{
    (void)state;
    wait_for_tick(b);
    wait_for_tick(a);
    for (unsigned i = 0; i < 3; i++) {
        assert_null(cpu_next(true));
        assert_null(cpu.current);
        assert_true(cpu.halt);
        assert_true(cpu.attention & ATTEND_SWITCH);
    }
    irq_tick();
    assert_non_null(cpu_next(false));
}

static void woken_only_for_news(void **state)
{
    (void)state;
    wait_for_tick(b);
    call(HV_CALL_IRQ_REGISTER, HV_VECTOR_PIT, UPCALL);
    cpu.attention = 0;
    irq_tick(); /* b has its turn after a: no reason to attend to but the upcall */
    assert_true(cpu.upcall && !cpu.attention);
    assert_int_equal(a->page->irq_pending, 1);
    cpu.attention = 0;
    irq_tick(); /* both have been told */
    assert_int_equal(cpu.attention, 0);
    assert_int_equal(virq_outstanding(vcpu_virq(a), HV_VECTOR_PIT), 2);
}

static void wait_with_something_to_be_told(void **state)
{
    (void)state;
    call(HV_CALL_IRQ_REGISTER, 48, UPCALL);
    call(HV_CALL_IRQ_RAISE, 48, 0);
    assert_int_equal(call(HV_CALL_VCPU_WAIT), 0);
    assert_true(cpu.upcall && !cpu.attention); /* it does not block */
    assert_false(attend());
    assert_int_equal(a->frame.rip, UPCALL);
    assert_int_equal(a->page->irq_disabled, 1);
}

static void turns_end_with_ticks(void **state)
{
    (void)state;
    for (unsigned tick = 1; tick < 5; tick++) {
        irq_tick();
        assert_int_equal(cpu.attention & ATTEND_SWITCH, 0);
    }
    irq_tick();
    assert_int_equal(cpu.attention & ATTEND_SWITCH, ATTEND_SWITCH);
    assert_true(attend());
    assert_ptr_equal(cpu_next(false), &b->frame);
}

/* Its stack is bad: it does not run, and the CPU is nobody's. */
static void a_bad_stack_when_its_turn_comes(void **state)
{
    (void)state;
    call(HV_CALL_IRQ_REGISTER, 48, UPCALL);
    call(HV_CALL_IRQ_RAISE, 48, 0);
    a->page->irq_disabled = 0;
    a->frame.rsp = CONSTANTS;
    assert_null(cpu_next(false));
    assert_null(cpu.current);
    assert_int_equal(vcpu_state(a), VCPU_LOADING);
    assert_int_equal(a->partition->fault.what, FAULT_BAD_STACK);
}

/* ---- the console's turn ---- */

static void say(void)
{
    call(HV_CALL_CONSOLE_WRITE, CODE, 1);
    call(HV_CALL_CONSOLE_WRITE, DATA, 1);
    assert_int_equal(cpu.attention & ATTEND_CONSOLE, ATTEND_CONSOLE);
}

/* The same goes on: the console has a step first, alone, after interrupts were let in. */
static void the_console_before_the_same(void **state)
{
    (void)state;
    say();
    assert_true(attend());
    assert_null(cpu_next(false));
    unsigned before = fake.length;
    assert_false(cpu.halt);
    assert_null(cpu_next(true));
    assert_true(fake.length <= before + CONSOLE_STEP);
    assert_ptr_equal(cpu_next(true), &a->frame);
    assert_int_equal(cpu.attention & ATTEND_CONSOLE, 0);
}

/* Where the CPU changes hands the other does not wait for it; yet after that many it does. */
static void the_console_after_another(void **state)
{
    unsigned changes = 0;

    (void)state;
    say();
    for (; changes <= POSTPONED; changes++) {
        schedule_yield(&schedule, cpu.current->id);
        if (!cpu_next(false))
            break;
    }
    assert_true(changes > 0 && changes <= POSTPONED);
    assert_null(cpu_next(true)); /* its step */
    assert_non_null(cpu_next(true));
}

static void the_idle_cpu_shows_all(void **state)
{
    (void)state;
    call(HV_CALL_CONSOLE_WRITE, CODE, 200);
    wait_for_tick(b);
    wait_for_tick(a);
    for (unsigned steps = 0; !cpu.halt; steps++) {
        assert_true(steps < 1000);
        assert_null(cpu_next(true));
    }
    assert_false(console_busy());
    irq_tick();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_has_its_state, settle),
        cmocka_unit_test_setup(stopped, settle),
        cmocka_unit_test_setup(a_switch_only_to_another, settle),
        cmocka_unit_test_setup(no_switch_after_idling, settle),
        cmocka_unit_test_setup(nobody_but_the_idle_cpu, settle),
        cmocka_unit_test_setup(woken_only_for_news, settle),
        cmocka_unit_test_setup(wait_with_something_to_be_told, settle),
        cmocka_unit_test_setup(turns_end_with_ticks, settle),
        cmocka_unit_test_setup(a_bad_stack_when_its_turn_comes, settle),
        cmocka_unit_test_setup(the_console_before_the_same, settle),
        cmocka_unit_test_setup(the_console_after_another, settle),
        cmocka_unit_test_setup(the_idle_cpu_shows_all, settle),
    };

    return cmocka_run_group_tests(tests, boot, NULL);
}
