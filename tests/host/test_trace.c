/* SPDX-License-Identifier: BSD-2-Clause */
/* The trace: what is recorded where, and how the ring is read. */
#include "system_fixture.h"
#include "hv/trace.h"

static struct vcpu *const monitor = &vcpus[0];
static struct vcpu *const guest = &vcpus[1];

static int boot(void **state)
{
    (void)state;
    boot_system("exit=idle", "monitor mem=128K system vector=48 line=0 window=2",
                "guest mem=128K fault=restart restarts=1000 vector=60 line=0 window=3");
    return 0;
}

static void pass_a_tick(void)
{
    irq_tick();
    if (!cpu_next(false))
        cpu_next(true);
}

static void run_to(const struct vcpu *vcpu)
{
    while (cpu.current != vcpu)
        pass_a_tick();
}

/* Both have started, the monitor runs, and the trace is on, with nothing in it. */
static int begin(void **state)
{
    (void)state;
    while (cpu.current != monitor || guest->phase != PHASE_STARTED)
        pass_a_tick();
    assert_int_equal(call(HV_CALL_SYSTEM_TRACE, HV_TRACE_ON), 0);
    return 0;
}

static struct hv_trace_record next(void)
{
    struct hv_trace_record record;

    assert_true(trace_unread() > 0);
    trace_read(&record, 1);
    return record;
}

static void assert_record(unsigned kind, unsigned vector, uint64_t value, uint64_t of)
{
    struct hv_trace_record record = next();

    assert_int_equal(record.kind, kind);
    assert_int_equal(record.vector, vector);
    assert_int_equal(record.value, value);
    assert_int_equal(record.vcpu, of);
}

/* Passes what is of other kinds. */
static void pass_to(unsigned kind)
{
    while (trace.record[(trace_made() - trace_unread()) % TRACE_RECORDS].kind != kind)
        next();
}

static void the_life_of_an_occurrence(void **state)
{
    (void)state;
    call(HV_CALL_IRQ_REGISTER, 48, UPCALL);
    call(HV_CALL_IRQ_RAISE, 48, 0);
    call(HV_CALL_IRQ_RAISE, 48, 0);
    assert_record(HV_TRACE_RAISE, 48, 1, 1);
    assert_record(HV_TRACE_RAISE, 48, 1, 1);
    cpu.current->page->irq_disabled = 0;
    upcall_make();
    assert_record(HV_TRACE_UPCALL, 48, 2, 1);
    call(HV_CALL_IRQ_RETURN);
    assert_record(HV_TRACE_RETURN, 48, 2, 1);
    assert_int_equal(trace_unread(), 0);
    call(HV_CALL_IRQ_UNREGISTER, 48);
}

/* One whose service has ended otherwise acknowledges nothing; nor does a frame that is no upcall's;
 * a bad one does not return. */
static void returns(void **state)
{
    (void)state;
    call(HV_CALL_IRQ_REGISTER, 48, UPCALL);
    call(HV_CALL_IRQ_RAISE, 48, 0);
    cpu.current->page->irq_disabled = 0;
    upcall_make();
    call(HV_CALL_IRQ_ACK, 48, 1);
    call(HV_CALL_IRQ_RETURN);
    pass_to(HV_TRACE_RETURN);
    assert_record(HV_TRACE_RETURN, 48, 0, 1);
    struct hv_upcall frame = {.rip = ENTRY, .rsp = MEM_END};
    memcpy(guest_bytes(DATA), &frame, sizeof(frame));
    monitor->frame.rsp = DATA;
    call(HV_CALL_IRQ_RETURN);
    assert_record(HV_TRACE_RETURN, 0, 0, 1);
    call(HV_CALL_IRQ_UNREGISTER, 48);
}

/* What follows on an upcall comes between no two switches. */
static void a_second_vector(void **state)
{
    (void)state;
    call(HV_CALL_IRQ_REGISTER, 48, UPCALL);
    call(HV_CALL_IRQ_REGISTER, HV_VECTOR_PIT, UPCALL);
    monitor->frame.rsp = MEM_END - 512;
    call(HV_CALL_IRQ_RAISE, 48, 0);
    irq_tell();
    assert_record(HV_TRACE_RAISE, 48, 1, 1);
    assert_record(HV_TRACE_RAISE, HV_VECTOR_PIT, 1, 1);
    cpu.current->page->irq_disabled = 0;
    upcall_make();
    assert_record(HV_TRACE_UPCALL, HV_VECTOR_PIT, 1, 1);
    call(HV_CALL_IRQ_RETURN);
    assert_record(HV_TRACE_RETURN, HV_VECTOR_PIT, 1, 1);
    assert_record(HV_TRACE_UPCALL, 48, 1, 1);
    call(HV_CALL_IRQ_RETURN);
    assert_record(HV_TRACE_RETURN, 48, 1, 1);
    call(HV_CALL_IRQ_UNREGISTER, 48);
    call(HV_CALL_IRQ_UNREGISTER, HV_VECTOR_PIT);
}

/* As calls on the usual way they leave no records; what is recorded of them the test guest sees. */
static void acknowledgements(void **state)
{
    (void)state;
    assert_true(fake.traces_calls);
    call(HV_CALL_IRQ_REGISTER, 48, UPCALL);
    call(HV_CALL_IRQ_RAISE, 48, 0);
    next();
    assert_int_equal(irq_ack_traced_call(48, 2, 0), HV_ERANGE);
    assert_int_equal(irq_ack_traced_call(256, 0, 0), HV_EINVAL);
    assert_int_equal(irq_ack_traced_call(49, 0, 0), HV_ENOENT);
    assert_int_equal(trace_unread(), 0);
    assert_int_equal(irq_ack_traced_call(48, 1, 0), 0);
    assert_record(HV_TRACE_ACK, 48, 1, 1);
    call(HV_CALL_IRQ_UNREGISTER, 48);
    call(HV_CALL_SYSTEM_TRACE, HV_TRACE_OFF);
    assert_false(fake.traces_calls);
}

/* Nobody runs while the guest is loaded, or where all wait; a window begins whoever runs. */
static void switches_windows_and_faults(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++)
        irq_tick();
    pass_to(HV_TRACE_WINDOW);
    assert_record(HV_TRACE_WINDOW, 0, 2, 1);
    assert_ptr_equal(cpu_next(false), &guest->frame);
    assert_record(HV_TRACE_SWITCH, 0, 2, 1);
    guest->frame.rip = CODE + 6;
    health_fault(guest, 13, 0);
    assert_record(HV_TRACE_FAULT, 13, CODE + 6, 2);
    cpu_next(false);
    assert_record(HV_TRACE_SWITCH, 0, 0, 2);
    cpu_next(true);
    assert_int_equal(trace_unread(), 0);
    for (unsigned i = 0; i < 3; i++)
        irq_tick();
    assert_record(HV_TRACE_WINDOW, 0, 1, 0);
    assert_ptr_equal(cpu_next(false), &monitor->frame);
    assert_record(HV_TRACE_SWITCH, 0, 1, 0);
    assert_ptr_equal(cpu_next(false), &monitor->frame); /* which has it already */
    assert_int_equal(trace_unread(), 0);
}

static void a_bad_frame_is_no_return(void **state)
{
    const struct hv_upcall frame = {.vector = 20, .rip = ENTRY, .rsp = MEM_END};

    (void)state;
    run_to(guest);
    memcpy(guest_bytes(DATA), &frame, sizeof(frame));
    guest->frame.rsp = DATA;
    guest->frame.rip = CODE + 2;
    uint64_t before = trace_made();
    call(HV_CALL_IRQ_RETURN);
    assert_int_equal(trace_made(), before + 1);
    pass_to(HV_TRACE_FAULT);
    assert_record(HV_TRACE_FAULT, 32, CODE + 2, 2);
}

/* Who is entered with a bad stack for an upcall has the CPU for that fault alone. */
static void a_fault_on_the_way_in(void **state)
{
    (void)state;
    run_to(guest);
    call(HV_CALL_IRQ_REGISTER, 60, UPCALL);
    run_to(monitor);
    irq_raise(guest, 60); /* as input is, for another */
    pass_to(HV_TRACE_RAISE);
    assert_record(HV_TRACE_RAISE, 60, 2, 1);
    guest->page->irq_disabled = 0;
    guest->frame.rsp = CODE + 1024;
    while (guest->phase == PHASE_STARTED)
        pass_a_tick();
    pass_to(HV_TRACE_FAULT);
    assert_record(HV_TRACE_FAULT, 33, guest->frame.rip, 2);
    assert_record(HV_TRACE_SWITCH, 0, 0, 2);
    assert_int_equal(trace_unread(), 0);
}

static void a_raise_for_two(void **state)
{
    (void)state;
    call(HV_CALL_IRQ_REGISTER, HV_VECTOR_PIT, UPCALL);
    run_to(guest);
    call(HV_CALL_IRQ_REGISTER, HV_VECTOR_PIT, UPCALL);
    call(HV_CALL_SYSTEM_TRACE, HV_TRACE_ON); /* refused: it has no grant */
    trace_switch(true);
    irq_tick();
    assert_record(HV_TRACE_RAISE, HV_VECTOR_PIT, 3, 2);
    call(HV_CALL_IRQ_UNREGISTER, HV_VECTOR_PIT);
    begin(NULL);
    call(HV_CALL_IRQ_UNREGISTER, HV_VECTOR_PIT);
}

static void nothing_while_it_is_off(void **state)
{
    (void)state;
    trace_point(HV_TRACE_FAULT, 1, 2);
    call(HV_CALL_SYSTEM_TRACE, HV_TRACE_OFF);
    for (unsigned i = 0; i < 10; i++) {
        irq_tick();
        cpu_next(true);
    }
    assert_int_equal(trace_made(), 1);
    assert_record(HV_TRACE_FAULT, 1, 2, 1); /* what was there can be read yet */
    assert_int_equal(call(HV_CALL_SYSTEM_TRACE, HV_TRACE_ON), 0);
    assert_int_equal(trace_made(), 0);
    assert_int_equal(trace_unread(), 0);
}

static struct hv_system_info info_call(void)
{
    struct hv_system_info told;

    assert_int_equal(call(HV_CALL_SYSTEM_INFO, DATA, sizeof(told)), sizeof(told));
    memcpy(&told, guest_bytes(DATA), sizeof(told));
    return told;
}

static void the_oldest_are_overwritten(void **state)
{
    (void)state;
    for (unsigned i = 0; i < TRACE_RECORDS; i++)
        trace_point(HV_TRACE_CALL, 0, i);
    assert_int_equal(trace_unread(), TRACE_RECORDS);
    assert_int_equal(trace_overwritten(), 0);
    assert_record(HV_TRACE_CALL, 0, 0, 1); /* whose place can be taken now */
    for (unsigned i = 0; i < 3; i++)
        trace_point(HV_TRACE_CALL, 0, TRACE_RECORDS + i);
    assert_int_equal(trace_overwritten(), 2);
    assert_int_equal(trace_unread(), TRACE_RECORDS);
    for (unsigned i = 0; i < TRACE_RECORDS; i++)
        assert_record(HV_TRACE_CALL, 0, 3 + i, 1);
    assert_int_equal(trace_unread(), 0);
    for (unsigned i = 0; i < 5 * TRACE_RECORDS; i++)
        trace_point(HV_TRACE_CALL, 0, i);
    assert_record(HV_TRACE_CALL, 0, 4 * TRACE_RECORDS, 1);
    assert_int_equal(trace_overwritten(), 2 + 4 * TRACE_RECORDS);
    assert_int_equal(trace_made(), 6 * TRACE_RECORDS + 3);
    assert_int_equal(info_call().traced, 6 * TRACE_RECORDS + 3);
    assert_int_equal(info_call().overwritten, 2 + 4 * TRACE_RECORDS);
}

static uint64_t read_call(uint64_t address, uint64_t size)
{
    return (uint64_t)call(HV_CALL_SYSTEM_TRACE, HV_TRACE_READ, address, size);
}

static void reading_by_the_call(void **state)
{
    const struct hv_trace_record *records = guest_bytes(DATA);
    enum { SIZE = sizeof(*records) };

    (void)state;
    for (unsigned i = 0; i < 40; i++)
        trace_point(HV_TRACE_CALL, 0, i);
    assert_int_equal(read_call(CODE, SIZE - 1), 0);
    assert_int_equal(read_call(CODE, SIZE), HV_EFAULT);
    assert_int_equal(read_call(MEM_END - SIZE, 2 * SIZE), HV_EFAULT);
    assert_int_equal(read_call(DATA, 2 * SIZE + 5), 2 * SIZE);
    assert_int_equal(records[1].value, 1);
    assert_int_equal(read_call(DATA, UINT64_MAX), TRACE_READ * SIZE);
    assert_int_equal(records[0].value, 2);
    assert_int_equal(records[TRACE_READ - 1].value, TRACE_READ + 1);
    assert_int_equal(read_call(MEM_END - 6 * SIZE, UINT64_MAX),
                     6 * SIZE); /* only what is written is looked at */
    assert_int_equal(read_call(CODE, UINT64_MAX), 0);
    assert_int_equal(call(HV_CALL_SYSTEM_TRACE, 3), HV_EINVAL);
    assert_int_equal(call(HV_CALL_SYSTEM_TRACE, UINT64_C(1) << 32), HV_EINVAL);
    struct hv_system_info told = info_call();
    assert_int_equal(told.traced, 40);
    assert_int_equal(told.overwritten, 0);
    assert_int_equal(told.tracing, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_life_of_an_occurrence, begin),
        cmocka_unit_test_setup(returns, begin),
        cmocka_unit_test_setup(a_second_vector, begin),
        cmocka_unit_test_setup(acknowledgements, begin),
        cmocka_unit_test_setup(switches_windows_and_faults, begin),
        cmocka_unit_test_setup(a_bad_frame_is_no_return, begin),
        cmocka_unit_test_setup(a_fault_on_the_way_in, begin),
        cmocka_unit_test_setup(a_raise_for_two, begin),
        cmocka_unit_test_setup(nothing_while_it_is_off, begin),
        cmocka_unit_test_setup(the_oldest_are_overwritten, begin),
        cmocka_unit_test_setup(reading_by_the_call, begin),
    };

    return cmocka_run_group_tests(tests, boot, NULL);
}
