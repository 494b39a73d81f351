/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts on their way: from the controller to those who registered, and back to the lines. */
#include "system_fixture.h"

#define EDGE  3
#define LEVEL 10
#define BURST 4

static struct vcpu *const a = &vcpus[0], *const b = &vcpus[1];

static int boot(void **state)
{
    (void)state;
    prepare_system("exit=idle burst=4",
                   "a mem=128K line=0 line=3 line=10 vector=48 fault=restart restarts=100",
                   "b mem=128K line=0");
    fake.level_lines = 1u << LEVEL | 1; /* line 0 is the clock's, whatever the ELCR says */
    hv_main(&info, NULL);
    assert_ptr_equal(until_a_guest_runs(), &a->frame);
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

/* Both have started, nothing is registered or held; a runs. */
static int settle(void **state)
{
    (void)state;
    irq_tick();
    for (unsigned id = 2; id-- > 0;) {
        run(&vcpus[id]);
        for (unsigned vector = 32; vector < HV_VECTORS; vector++)
            call(HV_CALL_IRQ_UNREGISTER, vector);
    }
    cpu.attention = 0;
    fake.line_calls = 0;
    return 0;
}

static void registers(const struct vcpu *vcpu, unsigned vector)
{
    run(vcpu);
    assert_int_equal(call(HV_CALL_IRQ_REGISTER, vector, UPCALL), 0);
}

static bool is_open(unsigned line)
{
    return fake.open_lines >> line & 1;
}

static uint64_t outstanding(const struct vcpu *vcpu, unsigned vector)
{
    return virq_outstanding(vcpu_virq(vcpu), vector);
}

static uint64_t held(const struct vcpu *vcpu, unsigned vector)
{
    return irq_stats(&vcpus[vcpu->id], vector).held;
}

/* ---- ticks ---- */

static void a_tick_for_all_who_registered(void **state)
{
    uint64_t now = irq_now(), raised = irq_line_counters(0)->raised;

    (void)state;
    registers(b, HV_VECTOR_PIT);
    registers(a, HV_VECTOR_PIT);
    uint64_t unclaimed = irq_line_counters(0)->unclaimed;
    for (unsigned ticks = 1; ticks <= 3; ticks++) {
        irq_tick();
        assert_int_equal(outstanding(a, HV_VECTOR_PIT), ticks);
        assert_int_equal(outstanding(b, HV_VECTOR_PIT), ticks);
    }
    assert_int_equal(irq_now(), now + 3);
    assert_int_equal(irq_line_counters(0)->raised, raised + 3);
    assert_int_equal(irq_line_counters(0)->unclaimed, unclaimed);
    assert_true(is_open(0));
}

static void a_tick_of_nobody_is_unclaimed(void **state)
{
    uint64_t unclaimed = irq_line_counters(0)->unclaimed;

    (void)state;
    registers(a, HV_VECTOR_PIT);
    irq_tick();
    assert_int_equal(call(HV_CALL_IRQ_UNREGISTER, HV_VECTOR_PIT), 1);
    irq_tick();
    assert_int_equal(irq_line_counters(0)->unclaimed, unclaimed + 1);
    assert_true(is_open(0)); /* line 0 always runs */
}

static void line_0_is_not_held_back(void **state)
{
    (void)state;
    registers(a, HV_VECTOR_PIT);
    for (unsigned ticks = 0; ticks < 5 * BURST; ticks++)
        irq_tick();
    assert_int_equal(outstanding(a, HV_VECTOR_PIT), 5 * BURST);
    assert_int_equal(held(a, HV_VECTOR_PIT), 0);
}

static void a_tick_asks_for_the_console(void **state)
{
    (void)state;
    console_drain();
    cpu.attention = 0;
    irq_tick();
    assert_int_equal(cpu.attention & ATTEND_CONSOLE, 0);
    call(HV_CALL_CONSOLE_WRITE, CODE, 5);
    cpu.attention = 0;
    irq_tick();
    assert_int_equal(cpu.attention & ATTEND_CONSOLE, ATTEND_CONSOLE);
    console_drain();
}

/* ---- a level-triggered line ---- */

static void open_again_when_served(void **state)
{
    (void)state;
    registers(a, HV_VECTOR_LINE + LEVEL);
    assert_true(is_open(LEVEL));
    for (uint64_t count = 1; count < 2 * BURST; count++) {
        irq_line(LEVEL);
        assert_false(is_open(LEVEL));
        assert_int_equal(outstanding(a, HV_VECTOR_LINE + LEVEL), 1);
        assert_int_equal(call(HV_CALL_IRQ_ACK, HV_VECTOR_LINE + LEVEL, 1), 0);
        assert_true(is_open(LEVEL));
    }
    assert_int_equal(held(a, HV_VECTOR_LINE + LEVEL), 0);
}

static void a_tick_does_not_open_it(void **state)
{
    (void)state;
    registers(a, HV_VECTOR_LINE + LEVEL);
    irq_line(LEVEL);
    irq_tick();
    assert_false(is_open(LEVEL));
    assert_int_equal(call(HV_CALL_IRQ_ACK, HV_VECTOR_LINE + LEVEL, 2), HV_ERANGE);
    assert_false(is_open(LEVEL)); /* a call that fails serves nothing */
    assert_int_equal(call(HV_CALL_IRQ_ACK, HV_VECTOR_LINE + LEVEL, 0), 1);
    assert_false(is_open(LEVEL)); /* nor does one that only looks */
    assert_int_equal(call(HV_CALL_IRQ_ACK, HV_VECTOR_LINE + LEVEL, 1), 0);
    assert_true(is_open(LEVEL));
}

static void served_by_the_upcalls_return(void **state)
{
    (void)state;
    registers(a, HV_VECTOR_LINE + LEVEL);
    irq_line(LEVEL);
    a->page->irq_disabled = 0;
    a->frame.rsp = MEM_END;
    assert_false(attend());
    assert_int_equal(a->frame.rax, HV_VECTOR_LINE + LEVEL);
    assert_false(is_open(LEVEL));
    call(HV_CALL_IRQ_RETURN);
    assert_true(is_open(LEVEL));
    a->page->irq_disabled = 1;
}

static void closed_when_unregistered(void **state)
{
    (void)state;
    registers(a, HV_VECTOR_LINE + LEVEL);
    irq_line(LEVEL);
    assert_int_equal(call(HV_CALL_IRQ_UNREGISTER, HV_VECTOR_LINE + LEVEL), 1);
    assert_false(is_open(LEVEL));
    registers(a, HV_VECTOR_LINE + LEVEL); /* and what waited is forgotten */
    assert_true(is_open(LEVEL));
}

/* The return of an upcall whose service has ended otherwise ends no other. */
static void a_stale_return_does_not_open_it(void **state)
{
    struct hv_upcall *frame;

    (void)state;
    registers(a, HV_VECTOR_LINE + LEVEL);
    irq_line(LEVEL);
    a->page->irq_disabled = 0;
    assert_false(attend());
    assert_int_equal(a->frame.rax, HV_VECTOR_LINE + LEVEL);
    assert_int_equal(call(HV_CALL_IRQ_ACK, HV_VECTOR_LINE + LEVEL, 1), 0);
    assert_true(is_open(LEVEL));
    irq_line(LEVEL); /* still asserted */
    assert_false(is_open(LEVEL));
    frame = guest_bytes(a->frame.rsp);
    assert_int_equal(frame->upcall, VIRQ_OF(vcpu_virq(a), HV_VECTOR_LINE + LEVEL).upcalls);
    call(HV_CALL_IRQ_RETURN);
    assert_int_equal(cpu.attention & ATTEND_SWITCH, 0);
    assert_false(is_open(LEVEL));
    assert_int_equal(outstanding(a, HV_VECTOR_LINE + LEVEL), 1);
}

/* Nobody wants a look for as long as ticks can be counted. */
static void ticks_to_the_last_that_can_be_counted(void **state)
{
    uint64_t raised, now;

    (void)state;
    for (unsigned told = 0; told < 2; told++) {
        run(a);
        if (told) {
            call(HV_CALL_IRQ_REGISTER, HV_VECTOR_PIT, UPCALL);
            call(HV_CALL_IRQ_MASK, HV_VECTOR_PIT);
        }
        console_drain();
        raised = irq_line_counters(0)->raised;
        now = irq_now();
        uint64_t ready = schedule.ready;
        for (unsigned id = 0; id < 2; id++)
            if (bit_get(ready, id))
                schedule_block(&schedule, id);
        irq_tick();
        assert_int_equal(cpu.tick, cpu.looked);
        uint32_t quiet = told ? (uint32_t)(TICKS_TOLD - cpu.looked) : (uint32_t)-cpu.looked;
        assert_int_equal(quiet, TICKS_TOLD - 1);
        cpu.tick += (int32_t)quiet - 2; /* as many ticks */
        irq_tick();
        assert_int_equal(irq_now(), now + quiet);
        irq_tick();
        assert_int_equal(cpu.tick, cpu.looked);
        assert_int_equal(irq_now(), now + 1 + quiet);
        irq_tick();
        assert_int_equal(irq_line_counters(0)->raised, raised + 2 + quiet);
        if (told)
            assert_int_equal(outstanding(a, HV_VECTOR_PIT), 4);
        irq_look_next();
        schedule_ready(&schedule, ready);
    }
}

/* ---- an edge-triggered line ---- */

static void burst(unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        irq_line(EDGE);
}

static void held_for_the_rest_of_the_tick(void **state)
{
    (void)state;
    registers(a, HV_VECTOR_LINE + EDGE);
    uint64_t before = held(a, HV_VECTOR_LINE + EDGE);
    burst(BURST - 1);
    irq_tick(); /* counted anew in each tick */
    burst(BURST - 1);
    assert_true(is_open(EDGE));
    burst(1);
    assert_false(is_open(EDGE));
    assert_int_equal(held(a, HV_VECTOR_LINE + EDGE), before + 1);
    assert_int_equal(call(HV_CALL_IRQ_ACK, HV_VECTOR_LINE + EDGE, 1), 2 * BURST - 2);
    assert_false(is_open(EDGE)); /* to acknowledge does not help */
    irq_tick();
    assert_true(is_open(EDGE));
    assert_int_equal(outstanding(a, HV_VECTOR_LINE + EDGE), 2 * BURST - 2);
}

static void held_also_when_registered_anew(void **state)
{
    (void)state;
    registers(a, HV_VECTOR_LINE + EDGE);
    irq_tick();
    burst(BURST);
    call(HV_CALL_IRQ_UNREGISTER, HV_VECTOR_LINE + EDGE);
    registers(a, HV_VECTOR_LINE + EDGE);
    assert_false(is_open(EDGE));
    irq_tick();
    assert_true(is_open(EDGE));
}

static void a_tick_opens_no_line_of_nobody(void **state)
{
    (void)state;
    registers(a, HV_VECTOR_LINE + EDGE);
    irq_tick();
    burst(BURST);
    call(HV_CALL_IRQ_UNREGISTER, HV_VECTOR_LINE + EDGE);
    irq_tick();
    assert_false(is_open(EDGE));
}

/* The occurrence that holds the line wakes its owner, which changes the schedule besides. */
static void held_until_the_next_tick_though_somebody_wakes(void **state)
{
    (void)state;
    registers(a, HV_VECTOR_LINE + EDGE);
    console_drain();
    irq_tick();
    burst(BURST - 1);
    assert_int_equal(call(HV_CALL_IRQ_ACK, HV_VECTOR_LINE + EDGE, BURST - 1), 0);
    call(HV_CALL_VCPU_WAIT);
    assert_ptr_equal(until_a_guest_runs(), &b->frame);
    burst(1);
    assert_false(is_open(EDGE));
    assert_int_equal(vcpu_state(a), VCPU_READY);
    irq_tick();
    assert_true(is_open(EDGE));
    until_a_guest_runs();
}

static void held_is_of_this_life(void **state)
{
    (void)state;
    registers(a, HV_VECTOR_LINE + EDGE);
    irq_tick();
    burst(BURST);
    assert_true(stats_of(HV_VECTOR_LINE + EDGE).held > 0);
    partition_restart(a->partition);
    cpu_next(false);
    run(a);
    assert_int_equal(stats_of(HV_VECTOR_LINE + EDGE).held, 0);
    assert_true(irq_line_counters(EDGE)->held_ticks > 0); /* the summary counts all lives */
}

static void held_of_a_line_not_granted(void **state)
{
    (void)state;
    registers(a, HV_VECTOR_LINE + EDGE);
    irq_tick();
    burst(BURST);
    assert_true(stats_of(HV_VECTOR_LINE + EDGE).held > 0);
    run(b);
    assert_int_equal(stats_of(HV_VECTOR_LINE + EDGE).held, 0); /* nobody else's business */
}

/* ---- what is nobody's ---- */

static void spurious_is_counted_alone(void **state)
{
    struct line before = *irq_line_counters(7);

    (void)state;
    irq_spurious(7);
    assert_int_equal(irq_line_counters(7)->spurious, before.spurious + 1);
    assert_int_equal(irq_line_counters(7)->raised, before.raised);
    assert_int_equal(fake.line_calls, 0);
}

static void unclaimed_is_closed_and_counted(void **state)
{
    struct line before = *irq_line_counters(EDGE);

    (void)state;
    irq_line(EDGE);
    assert_false(is_open(EDGE));
    assert_int_equal(irq_line_counters(EDGE)->unclaimed, before.unclaimed + 1);
    registers(a, HV_VECTOR_LINE + EDGE);
    assert_int_equal(outstanding(a, HV_VECTOR_LINE + EDGE), 0);
}

static void only_the_last_closes_it(void **state)
{
    (void)state;
    registers(b, HV_VECTOR_PIT);
    registers(a, HV_VECTOR_PIT);
    fake.line_calls = 0;
    assert_int_equal(call(HV_CALL_IRQ_UNREGISTER, HV_VECTOR_PIT), 0);
    assert_int_equal(fake.line_calls, 0);
    irq_tick();
    assert_int_equal(outstanding(b, HV_VECTOR_PIT), 1);
    assert_int_equal(outstanding(a, HV_VECTOR_PIT), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_tick_for_all_who_registered, settle),
        cmocka_unit_test_setup(a_tick_of_nobody_is_unclaimed, settle),
        cmocka_unit_test_setup(line_0_is_not_held_back, settle),
        cmocka_unit_test_setup(a_tick_asks_for_the_console, settle),
        cmocka_unit_test_setup(open_again_when_served, settle),
        cmocka_unit_test_setup(a_tick_does_not_open_it, settle),
        cmocka_unit_test_setup(served_by_the_upcalls_return, settle),
        cmocka_unit_test_setup(closed_when_unregistered, settle),
        cmocka_unit_test_setup(held_for_the_rest_of_the_tick, settle),
        cmocka_unit_test_setup(held_also_when_registered_anew, settle),
        cmocka_unit_test_setup(a_tick_opens_no_line_of_nobody, settle),
        cmocka_unit_test_setup(held_until_the_next_tick_though_somebody_wakes, settle),
        cmocka_unit_test_setup(a_stale_return_does_not_open_it, settle),
        cmocka_unit_test_setup(ticks_to_the_last_that_can_be_counted, settle),
        cmocka_unit_test_setup(held_is_of_this_life, settle),
        cmocka_unit_test_setup(held_of_a_line_not_granted, settle),
        cmocka_unit_test_setup(spurious_is_counted_alone, settle),
        cmocka_unit_test_setup(unclaimed_is_closed_and_counted, settle),
        cmocka_unit_test_setup(only_the_last_closes_it, settle),
    };

    return cmocka_run_group_tests(tests, boot, NULL);
}
