/* SPDX-License-Identifier: BSD-2-Clause */
/* The calls of a system partition: what they say of the others, and what they order. */
#include "system_fixture.h"

#define LINE 5

static struct partition *const monitor = &partitions[0];
static struct partition *const guest = &partitions[1];

static void run(const struct vcpu *vcpu)
{
    while (until_a_guest_runs() != &vcpu->frame)
        call(HV_CALL_VCPU_YIELD);
}

static int boot(void **state)
{
    (void)state;
    boot_system("exit=idle", "monitor mem=128K system window=10 line=0",
                "guest mem=256K fault=restart restarts=1 line=0 line=5 vector=60");
    call(HV_CALL_VCPU_YIELD); /* the rest of the window */
    run(guest->vcpu);
    return 0;
}

/* A tick at which nobody is told anything. */
static void tick(void)
{
    irq_tick();
}

/* The monitor runs, at the beginning of its window. */
static void run_monitor(void)
{
    while (cpu.current != monitor->vcpu) {
        tick();
        cpu_next(false);
    }
}

static void run_guest(void)
{
    run(guest->vcpu);
}

/* The guest has come so far that it runs, as often as that was ordered. */
static void let_it_load(void)
{
    for (unsigned slices = 0; guest->vcpu->phase == PHASE_LOADING; slices++) {
        assert_true(slices < 10000);
        tick(); /* for the console */
        if (cpu_next(false) || cpu_next(true))
            call(HV_CALL_VCPU_YIELD);
    }
}

/* The guest has started afresh, with nothing registered, and may be restarted once. */
static int settle(void **state)
{
    (void)state;
    fake_wire_forget();
    run_monitor();
    assert_int_equal(call(HV_CALL_SYSTEM_RESTART, 1), 0);
    let_it_load();
    return 0;
}

#define GET(type, number, ...)                                                                     \
    ({                                                                                             \
        struct type got_;                                                                          \
        assert_int_equal(call(number, ##__VA_ARGS__, DATA, sizeof(got_)), sizeof(got_));           \
        memcpy(&got_, guest_bytes(DATA), sizeof(got_));                                            \
        got_;                                                                                      \
    })

static uint64_t state_of(uint64_t id)
{
    return GET(hv_partition_info, HV_CALL_SYSTEM_PARTITION, id).state;
}

static void no_calls_without_the_grant(void **state)
{
    (void)state;
    run_guest();
    for (uint64_t number = HV_CALL_SYSTEM_INFO; number <= HV_CALL_SYSTEM_TRACE; number++)
        assert_int_equal(call(number, 0, DATA, 64), HV_ENOSYS);
    assert_int_equal(call(HV_CALL_SYSTEM_VECTOR, UINT64_MAX, DATA, 64), HV_ENOSYS);
    assert_int_equal(call(HV_CALL_CONSOLE_READ, DATA, 1), HV_ENOSYS);
    assert_int_equal(fake.end, FAKE_RUNS);
    assert_int_equal(call(HV_CALL_VERSION), 0x10000);
    assert_int_equal(cpu.current->page->abi_version, 0x10000);
    run_monitor();
    assert_int_equal(call(HV_CALL_VERSION), 0x10001);
    assert_int_equal(cpu.current->page->abi_version, 0x10001);
    assert_int_equal(call(HV_CALL_CONSOLE_READ, DATA, 1), HV_ENOSYS); /* a grant of its own */
}

static void arguments(void **state)
{
    (void)state;
    run_monitor();
    assert_int_equal(call(HV_CALL_SYSTEM_PARTITION, 64, DATA, 64), HV_EINVAL);
    assert_int_equal(call(HV_CALL_SYSTEM_PARTITION, UINT64_C(1) << 32, DATA, 64), HV_EINVAL);
    assert_int_equal(call(HV_CALL_SYSTEM_PARTITION, 2, DATA, 64), HV_ENOENT);
    assert_int_equal(call(HV_CALL_SYSTEM_PARTITION, 1, CODE, 64), HV_EFAULT);
    assert_int_equal(call(HV_CALL_SYSTEM_PARTITION, 1, MEM_END - 8, 64), HV_EFAULT);
    assert_int_equal(call(HV_CALL_SYSTEM_PARTITION, 1, CODE, 7), 0);
    assert_int_equal(call(HV_CALL_SYSTEM_PARTITION, 1, DATA, 23), 16);
    assert_int_equal(call(HV_CALL_SYSTEM_PARTITION, 1, DATA, UINT64_MAX), 64);
    assert_int_equal(call(HV_CALL_SYSTEM_VECTOR, 1 << 8 | 31, DATA, 64), HV_EINVAL);
    assert_int_equal(call(HV_CALL_SYSTEM_VECTOR, 1 << 8 | 128, DATA, 64), HV_EINVAL);
    assert_int_equal(call(HV_CALL_SYSTEM_VECTOR, 2 << 8 | 128, DATA, 64), HV_EINVAL);
    assert_int_equal(call(HV_CALL_SYSTEM_VECTOR, 64 << 8 | 60, DATA, 64), HV_EINVAL);
    assert_int_equal(call(HV_CALL_SYSTEM_VECTOR, 2 << 8 | 60, DATA, 64), HV_ENOENT);
    assert_int_equal(call(HV_CALL_SYSTEM_LINE, 16, DATA, 64), HV_EINVAL);
    for (uint64_t number = HV_CALL_SYSTEM_STOP; number <= HV_CALL_SYSTEM_RESTART; number++) {
        assert_int_equal(call(number, 64), HV_EINVAL);
        assert_int_equal(call(number, 2), HV_ENOENT);
    }
    assert_int_equal(guest->vcpu->phase, PHASE_STARTED);
}

static void what_partitions_are(void **state)
{
    (void)state;
    run_monitor();
    struct hv_partition_info told = GET(hv_partition_info, HV_CALL_SYSTEM_PARTITION, 1);
    assert_string_equal(told.name, "guest");
    assert_int_equal(told.state, HV_STATE_READY);
    assert_int_equal(told.restarts, guest->restarts);
    assert_int_equal(told.mem, 256 << 10);
    assert_int_equal(told.window, 0);
    assert_int_equal(told.overruns, 0);
    told = GET(hv_partition_info, HV_CALL_SYSTEM_PARTITION, 0);
    assert_string_equal(told.name, "monitor");
    assert_int_equal(told.state, HV_STATE_RUNNING);
    assert_int_equal(told.window, 10);
    struct hv_system_info system = GET(hv_system_info, HV_CALL_SYSTEM_INFO);
    assert_int_equal(system.partitions, 2);
    assert_int_equal(system.frame, 10);
    assert_int_equal(system.ticks, irq_now());
}

/* Each tick is somebody's, told or only counted; a window that its owner does not leave is one that
 * it overruns. */
static void whose_time_it_was(void **state)
{
    (void)state;
    run_monitor();
    struct hv_partition_info before = GET(hv_partition_info, HV_CALL_SYSTEM_PARTITION, 0);
    struct hv_partition_info other = GET(hv_partition_info, HV_CALL_SYSTEM_PARTITION, 1);
    uint64_t ticks = irq_now();
    for (unsigned i = 0; i < 43; i++) /* the last three are only counted */
        tick();
    struct hv_partition_info told = GET(hv_partition_info, HV_CALL_SYSTEM_PARTITION, 0);
    assert_int_equal(told.ticks, before.ticks + 43);
    assert_int_equal(told.overruns, before.overruns + 4);
    run_guest();
    for (unsigned i = 0; i < 5; i++)
        tick();
    run_monitor();
    assert_int_equal(GET(hv_partition_info, HV_CALL_SYSTEM_PARTITION, 0).overruns, told.overruns);
    other.ticks += irq_now() - ticks - 43;
    assert_int_equal(GET(hv_partition_info, HV_CALL_SYSTEM_PARTITION, 1).ticks, other.ticks);
    struct hv_system_info system = GET(hv_system_info, HV_CALL_SYSTEM_INFO);
    told = GET(hv_partition_info, HV_CALL_SYSTEM_PARTITION, 0);
    assert_int_equal(system.ticks, system.idle + told.ticks + other.ticks);
}

static void nobodys_time(void **state)
{
    (void)state;
    run_monitor();
    uint64_t idle = GET(hv_system_info, HV_CALL_SYSTEM_INFO).idle;
    run_guest();
    call(HV_CALL_IRQ_REGISTER, 60, UPCALL);
    call(HV_CALL_VCPU_WAIT);
    assert_null(cpu_next(true));
    tick();
    tick();
    tick();
    run_monitor();
    assert_true(GET(hv_system_info, HV_CALL_SYSTEM_INFO).idle >= idle + 3);
    assert_int_equal(state_of(1), HV_STATE_WAITING);
}

static void what_vectors_are(void **state)
{
    struct hv_vector_info told;

    (void)state;
    run_guest();
    call(HV_CALL_IRQ_REGISTER, 60, UPCALL);
    call(HV_CALL_IRQ_RAISE, 60, 0);
    call(HV_CALL_IRQ_MASK, 60);
    run_monitor();
    told = GET(hv_vector_info, HV_CALL_SYSTEM_VECTOR, 1 << 8 | 60);
    assert_int_equal(told.state, HV_VECTOR_IS_GRANTED | HV_VECTOR_IS_REGISTERED |
                                     HV_VECTOR_IS_MASKED | HV_VECTOR_IS_PENDING);
    assert_int_equal(told.stats.raised, 1);
    assert_int_equal(told.stats.outstanding, 1);
    run_guest();
    call(HV_CALL_IRQ_UNMASK, 60);
    cpu.current->page->irq_disabled = 0;
    upcall_make();
    run_monitor();
    told = GET(hv_vector_info, HV_CALL_SYSTEM_VECTOR, 1 << 8 | 60);
    assert_int_equal(told.state,
                     HV_VECTOR_IS_GRANTED | HV_VECTOR_IS_REGISTERED | HV_VECTOR_IS_IN_SERVICE);
    assert_int_equal(told.stats.upcalls, 1);
    assert_int_equal(GET(hv_vector_info, HV_CALL_SYSTEM_VECTOR, 1 << 8 | 61).state, 0);
    assert_int_equal(GET(hv_vector_info, HV_CALL_SYSTEM_VECTOR, 60).state, 0);
}

static void what_lines_are(void **state)
{
    struct hv_line_info told;

    (void)state;
    run_guest();
    call(HV_CALL_IRQ_REGISTER, HV_VECTOR_LINE + LINE, UPCALL);
    irq_line(LINE);
    irq_spurious(LINE);
    run_monitor();
    told = GET(hv_line_info, HV_CALL_SYSTEM_LINE, LINE);
    assert_int_equal(told.state, HV_LINE_IS_OPEN | HV_LINE_IS_REGISTERED);
    assert_int_equal(told.owners, 2);
    assert_int_equal(told.raised, 1);
    assert_int_equal(told.spurious, 1);
    assert_int_equal(told.unclaimed, 0);
    for (unsigned i = 0; i < 16; i++)
        irq_line(LINE);
    told = GET(hv_line_info, HV_CALL_SYSTEM_LINE, LINE);
    assert_int_equal(told.state, HV_LINE_IS_REGISTERED | HV_LINE_IS_HELD);
    assert_int_equal(told.held, 1);
    told = GET(hv_line_info, HV_CALL_SYSTEM_LINE, 0);
    assert_int_equal(told.state, HV_LINE_IS_OPEN);
    assert_int_equal(told.owners, 3);
    assert_int_equal(told.raised, irq_now());
}

static void stops_and_starts(void **state)
{
    uint32_t restarts = guest->restarts;

    (void)state;
    run_monitor();
    assert_int_equal(call(HV_CALL_SYSTEM_START, 1), HV_EBUSY);
    assert_int_equal(call(HV_CALL_SYSTEM_STOP, 1), 0);
    assert_int_equal(state_of(1), HV_STATE_LOADING);
    let_it_load();
    assert_int_equal(guest->vcpu->phase, PHASE_STOPPED);
    run_monitor();
    assert_int_equal(state_of(1), HV_STATE_STOPPED);
    assert_int_equal(call(HV_CALL_SYSTEM_STOP, 1), 0);
    assert_int_equal(call(HV_CALL_SYSTEM_START, 1), 0);
    assert_int_equal(call(HV_CALL_SYSTEM_START, 1), HV_EBUSY);
    let_it_load();
    assert_int_equal(guest->vcpu->phase, PHASE_STARTED);
    assert_int_equal(guest->restarts, restarts + 1);
    assert_int_equal(guest->vcpu->page->restarts, restarts + 1);
}

/* Who waits for an interrupt that does not come is stopped as well. */
static void stops_who_waits(void **state)
{
    (void)state;
    run_guest();
    call(HV_CALL_IRQ_REGISTER, HV_VECTOR_LINE + LINE, UPCALL);
    call(HV_CALL_VCPU_WAIT);
    cpu_next(true);
    run_monitor();
    assert_int_equal(state_of(1), HV_STATE_WAITING);
    assert_int_equal(call(HV_CALL_SYSTEM_RESTART, 1), 0);
    assert_int_equal(state_of(1), HV_STATE_LOADING);
    assert_true(fake.open_lines >> LINE & 1);
    let_it_load();
    assert_int_equal(guest->vcpu->phase, PHASE_STARTED);
    assert_false(fake.open_lines >> LINE & 1);
}

/* A fault may restart it once; each order gives that one restart anew. */
static void orders_do_not_count(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        run_monitor();
        assert_int_equal(call(HV_CALL_SYSTEM_RESTART, 1), 0);
        let_it_load();
        run(guest->vcpu);
        health_fault(guest->vcpu, 13, 0);
        let_it_load();
        assert_int_equal(guest->vcpu->phase, PHASE_STARTED);
    }
    run_guest();
    health_fault(guest->vcpu, 13, 0);
    let_it_load();
    assert_int_equal(guest->vcpu->phase, PHASE_STOPPED);
    run_monitor();
    assert_int_equal(call(HV_CALL_SYSTEM_START, 1), 0);
    let_it_load();
    run_guest();
    health_fault(guest->vcpu, 13, 0);
    let_it_load();
    assert_int_equal(guest->vcpu->phase, PHASE_STARTED);
}

/* At every slice between two lives. */
static void orders_at_any_time(void **state)
{
    (void)state;
    for (unsigned at = 0; at < 80; at++) {
        for (unsigned stop = 0; stop < 2; stop++) {
            run_monitor();
            if (guest->vcpu->phase == PHASE_STOPPED)
                assert_int_equal(call(HV_CALL_SYSTEM_START, 1), 0);
            else
                assert_int_equal(call(HV_CALL_SYSTEM_RESTART, 1), 0);
            for (unsigned slices = 0; slices < at && guest->vcpu->phase == PHASE_LOADING; slices++)
                if (cpu_next(true))
                    call(HV_CALL_VCPU_YIELD);
            run_monitor();
            assert_int_equal(call(stop ? HV_CALL_SYSTEM_STOP : HV_CALL_SYSTEM_RESTART, 1), 0);
            let_it_load();
            assert_int_equal(guest->vcpu->phase, stop ? PHASE_STOPPED : PHASE_STARTED);
            if (!stop)
                assert_int_equal(guest->vcpu->frame.rip, ENTRY);
        }
    }
}

/* A fault that is about to halt the machine is not taken back. */
static void a_halt_is_not_stopped(void **state)
{
    (void)state;
    run_guest();
    health_fault(guest->vcpu, 13, 0);
    guest->sequel = SEQUEL_HALT;
    run_monitor();
    assert_int_equal(call(HV_CALL_SYSTEM_STOP, 1), HV_EBUSY);
    assert_int_equal(call(HV_CALL_SYSTEM_RESTART, 1), HV_EBUSY);
    guest->sequel = SEQUEL_STOP;
    let_it_load();
}

/* Slices of the guest's until what is left to do is `work`. */
static void work_up_to(enum work work)
{
    for (unsigned slices = 0; guest->work != work; slices++) {
        assert_true(slices < 10000);
        if (cpu_next(true))
            call(HV_CALL_VCPU_YIELD);
    }
}

/* The fault's line says what follows, also where that is chosen after it was written. */
static void a_report_says_what_was_ordered(void **state)
{
    (void)state;
    for (enum work work = WORK_COLLECT; work <= WORK_REPORT; work++) {
        run_guest();
        health_fault(guest->vcpu, 13, 0);
        work_up_to(work);
        run_monitor();
        assert_int_equal(guest->work, work);
        fake_wire_forget();
        assert_int_equal(call(HV_CALL_SYSTEM_STOP, 1), 0);
        let_it_load();
        console_drain();
        assert_int_equal(guest->vcpu->phase, PHASE_STOPPED);
        assert_non_null(strstr(fake.text, "guest: fault #GP rip="));
        assert_non_null(strstr(fake.text, "outstanding=0, then stop\r\n"));
        assert_null(strstr(fake.text, "then restart"));
        run_monitor();
        assert_int_equal(call(HV_CALL_SYSTEM_START, 1), 0);
        let_it_load();
    }
}

/* Who was about to restart of itself, and is stopped, had a restart left. */
static void a_restart_that_is_stopped(void **state)
{
    (void)state;
    run_guest();
    call(HV_CALL_PARTITION_RESTART);
    run_monitor();
    assert_int_equal(call(HV_CALL_SYSTEM_STOP, 1), 0);
    let_it_load();
    assert_int_equal(guest->vcpu->phase, PHASE_STOPPED);
    assert_int_equal(guest->ending, ENDING_ORDER);
}

static void reboot_now(void)
{
    call(HV_CALL_SYSTEM_REBOOT);
}

static void reboots(void **state)
{
    (void)state;
    run_monitor();
    assert_int_equal(fake_run(reboot_now), FAKE_RESET);
    assert_non_null(strstr(fake.text, "Belfry: monitor reboots the machine\r\n"));
}

static void rest(void)
{
    for (unsigned slices = 0; slices < 1000; slices++)
        if (cpu_next(true))
            tick();
}

/* It may stop itself as any other. The machine ends when nobody is left: who was started again
 * counts, and who was stopped by order has not exited. */
static void stops_itself(void **state)
{
    (void)state;
    run_monitor();
    assert_int_equal(call(HV_CALL_SYSTEM_STOP, 1), 0);
    let_it_load();
    run_monitor();
    assert_int_equal(call(HV_CALL_SYSTEM_START, 1), 0);
    let_it_load();
    run_guest();
    call(HV_CALL_IRQ_REGISTER, 60, UPCALL);
    call(HV_CALL_VCPU_WAIT);
    cpu_next(true);
    run_monitor();
    assert_int_equal(call(HV_CALL_SYSTEM_STOP, 0), 0);
    assert_int_equal(fake_run(rest), FAKE_RUNS);
    assert_int_equal(monitor->vcpu->phase, PHASE_STOPPED);
    irq_raise(guest->vcpu, 60);
    run_guest();
    call(HV_CALL_PARTITION_EXIT, 0);
    assert_int_equal(fake_run(rest), FAKE_EXITED);
    assert_int_equal(fake.exit_value, EXIT_STOPPED);
    assert_non_null(strstr(fake.text, "Belfry: monitor: stopped by order, restarts 0, "));
    assert_non_null(strstr(fake.text, "Belfry: guest: exit code 0, "));
    assert_non_null(strstr(fake.text, "of 2 partitions 1 exited with code 0, 1 did not"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(no_calls_without_the_grant, settle),
        cmocka_unit_test_setup(arguments, settle),
        cmocka_unit_test_setup(what_partitions_are, settle),
        cmocka_unit_test_setup(whose_time_it_was, settle),
        cmocka_unit_test_setup(nobodys_time, settle),
        cmocka_unit_test_setup(what_vectors_are, settle),
        cmocka_unit_test_setup(what_lines_are, settle),
        cmocka_unit_test_setup(stops_and_starts, settle),
        cmocka_unit_test_setup(stops_who_waits, settle),
        cmocka_unit_test_setup(orders_do_not_count, settle),
        cmocka_unit_test_setup(orders_at_any_time, settle),
        cmocka_unit_test_setup(a_halt_is_not_stopped, settle),
        cmocka_unit_test_setup(a_report_says_what_was_ordered, settle),
        cmocka_unit_test_setup(a_restart_that_is_stopped, settle),
        cmocka_unit_test_setup(reboots, settle),
        cmocka_unit_test_setup(stops_itself, settle),
    };

    return cmocka_run_group_tests(tests, boot, NULL);
}
