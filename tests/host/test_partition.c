/* SPDX-License-Identifier: BSD-2-Clause */
/* The lives of a partition: loaded in slices, ended, restarted; and the end of the system. */
#include "system_fixture.h"

#define SLICE (2 * HV_PAGE_SIZE) /* bytes that one slice may touch */

static struct vcpu *const vcpu = &vcpus[0];
static struct partition *const a = &partitions[0];

static int boot(void **state)
{
    (void)state;
    boot_system("exit=idle", "a mem=128K fault=restart restarts=1000000 vector=48 -- one two",
                "b mem=128K");
    return 0;
}

static int run_a(void **state)
{
    (void)state;
    while (until_a_guest_runs() != &vcpu->frame)
        call(HV_CALL_VCPU_YIELD);
    return 0;
}

static const uint8_t *at(uint64_t address)
{
    return a->memory + (address - PARTITION_BASE);
}

static void assert_bytes(uint64_t address, uint64_t length, uint8_t value)
{
    for (uint64_t i = 0; i < length; i++)
        assert_int_equal(at(address)[i], value);
}

static void assert_loaded(void)
{
    assert_bytes(CODE, HV_PAGE_SIZE, 1);
    assert_bytes(CONSTANTS, HV_PAGE_SIZE, 2);
    assert_bytes(DATA, 16, 3);
    assert_bytes(DATA + 16, MEM_END - DATA - 16, 0);
}

static void assert_started(uint32_t restarts)
{
    const struct hv_vcpu_page *page = vcpu->page;

    assert_int_equal(page->magic, 0x59464C42);
    assert_int_equal(page->abi_version, 0x10000);
    assert_int_equal(page->partition_id, 0);
    assert_int_equal(page->vcpu_id, 0);
    assert_int_equal(page->irq_disabled, 1);
    assert_int_equal(page->irq_pending, 0);
    assert_int_equal(page->mem_base, 0x400000);
    assert_int_equal(page->mem_size, MEM);
    assert_int_equal(page->tsc_hz, fake.tsc_hz);
    assert_int_equal(page->tick_divisor, 1193);
    assert_int_equal(page->restarts, restarts);
    assert_int_equal(page->stack_size, 65536);
    assert_string_equal(page->args, "one two");
    assert_bytes(PARTITION_BASE + 256, HV_PAGE_SIZE - 256, 0);
    assert_int_equal(vcpu->frame.rip, ENTRY);
    assert_int_equal(vcpu->frame.rsp, MEM_END);
    assert_int_equal(vcpu->frame.rdi, PARTITION_BASE);
    assert_int_equal(vcpu->frame.rax, 0);
    assert_int_equal(vcpu->frame.rflags, 0x202);
    assert_true(virq_invariant(vcpu_virq(vcpu)));
    assert_int_equal(virq_next(vcpu_virq(vcpu)), VIRQ_NONE);
}

static unsigned access_of(uint64_t address)
{
    return arch_page_get(&a->space, (address - PARTITION_BASE) / HV_PAGE_SIZE);
}

static void as_the_image_says(void **state)
{
    (void)state;
    assert_loaded();
    assert_started(0);
    assert_int_equal(access_of(PARTITION_BASE), PAGE_READ | PAGE_WRITE);
    assert_int_equal(access_of(CODE), PAGE_READ | PAGE_EXECUTE);
    assert_int_equal(access_of(CONSTANTS), PAGE_READ);
    for (uint64_t page = DATA; page < MEM_END; page += HV_PAGE_SIZE)
        assert_int_equal(access_of(page), page == GUARD ? 0 : PAGE_READ | PAGE_WRITE);
}

/* How many bytes of the partition's memory the slices until it runs again change, one at the most.
 */
static uint64_t most_changed(unsigned *slices)
{
    static uint8_t before[MEM + HV_PAGE_SIZE];
    uint64_t most = 0;

    for (*slices = 0; vcpu->phase == PHASE_LOADING; ++*slices) {
        uint64_t changed = 0;
        memcpy(before, a->memory, sizeof(before));
        partition_work(a);
        for (uint64_t i = 0; i < sizeof(before); i++)
            changed += before[i] != a->memory[i];
        most = changed > most ? changed : most;
    }
    return most;
}

static void in_slices(void **state)
{
    unsigned slices;

    (void)state;
    memset(a->memory, 0x77, a->size);
    partition_restart(a);
    assert_true(most_changed(&slices) <= SLICE);
    assert_true(slices > a->size / SLICE + HV_VECTORS / 16);
    assert_loaded();
    assert_started(1);
}

/* So that no slice makes an interrupt's path longer: it is begun right after interrupts were let
 * in. */
static void a_slice_begins_afresh(void **state)
{
    (void)state;
    partition_restart(a);
    for (unsigned i = 0; i < 3; i++) {
        uint64_t position = a->position;
        assert_null(cpu_next(false));
        assert_int_equal(a->position, position);
        assert_null(cpu_next(true));
        assert_true(a->position > position);
    }
    run_a(NULL);
}

static void nothing_of_a_life_is_left(void **state)
{
    (void)state;
    assert_int_equal(call(HV_CALL_IRQ_REGISTER, 48, UPCALL), 0);
    call(HV_CALL_IRQ_RAISE, 48, 0);
    call(HV_CALL_IRQ_MASK, 48, 0);
    memset(a->memory, 0x99, a->size);
    memset(vcpu->fx, 0x99, sizeof(vcpu->fx));
    memset(fake.fx, 0x99, sizeof(fake.fx));
    for (uint64_t *word = &vcpu->frame.r15; word <= &vcpu->frame.rax; word++)
        *word = 0x99;
    partition_restart(a);
    run_a(NULL);
    assert_loaded();
    assert_started(3);
    for (unsigned i = 0; i < sizeof(fake.fx); i++)
        assert_int_equal(fake.fx[i], FAKE_FX_START);
    struct frame start = {.rdi = PARTITION_BASE};
    assert_memory_equal(&vcpu->frame, &start, offsetof(struct frame, vector));
    assert_int_equal(stats_of(48).raised, 0);
    assert_int_equal(stats_of(48).discarded, 0);
}

static void totals_are_of_all_lives(void **state)
{
    struct totals before = a->totals;

    (void)state;
    for (unsigned life = 0; life < 3; life++) {
        call(HV_CALL_IRQ_REGISTER, 48, UPCALL);
        for (unsigned i = 0; i < 7; i++)
            call(HV_CALL_IRQ_RAISE, 48, 0);
        assert_int_equal(call(HV_CALL_IRQ_ACK, 48, 4), 3);
        partition_restart(a);
        run_a(NULL);
    }
    assert_int_equal(a->totals.raised - before.raised, 21);
    assert_int_equal(a->totals.acknowledged - before.acknowledged, 12);
    assert_int_equal(a->totals.discarded - before.discarded, 9);
    assert_int_equal(a->totals.upcalls, before.upcalls);
}

static void assert_says(const char *line)
{
    while (console_busy())
        console_step();
    if (!strstr(fake.text, line))
        fail_msg("\"%s\" is not in:\n%s", line, fake.text);
}

static void a_fault_is_told_in_a_line(void **state)
{
    static const struct {
        unsigned what;
        uint64_t rip, address;
        const char *line;
    } faults[] = {
        {0, 0x400000, 7, "a: fault #DE rip=0x400000 outstanding=0, then restart\r\n"},
        {6, 0x400123, 0, "a: fault #UD rip=0x400123 outstanding=0, then restart\r\n"},
        {13, 0x7FFFFFFFFFFF, 0, "a: fault #GP rip=0x7fffffffffff outstanding=0, then restart\r\n"},
        {14, 0x400000, 0, "a: fault #PF rip=0x400000 addr=0x0 outstanding=0, then restart\r\n"},
        {14, 0x1, UINT64_MAX,
         "a: fault #PF rip=0x1 addr=0xffffffffffffffff outstanding=0, then restart\r\n"},
        {19, 2, 0, "a: fault #XM rip=0x2 outstanding=0, then restart\r\n"},
        {FAULT_BAD_FRAME, 2, 0, "a: fault bad frame rip=0x2 outstanding=0, then restart\r\n"},
        {FAULT_BAD_STACK, 2, 0, "a: fault bad stack rip=0x2 outstanding=0, then restart\r\n"},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        fake_wire_forget();
        vcpu->frame.rip = faults[i].rip;
        health_fault(vcpu, faults[i].what, faults[i].address);
        run_a(NULL);
        assert_says(faults[i].line);
    }
}

static void what_is_outstanding_is_told(void **state)
{
    (void)state;
    call(HV_CALL_IRQ_REGISTER, 48, UPCALL);
    for (unsigned i = 0; i < 5; i++)
        call(HV_CALL_IRQ_RAISE, 48, 0);
    health_fault(vcpu, 6, 0);
    run_a(NULL);
    assert_says("outstanding=5, then restart\r\n");
}

/* No tick passes: a partial line would wait for some. */
static void a_partial_line_is_shown_at_the_end(void **state)
{
    (void)state;
    memcpy(guest_bytes(DATA), "half", 4);
    fake_wire_forget();
    assert_int_equal(call(HV_CALL_CONSOLE_WRITE, DATA, 4), 4);
    while (console_step())
        ;
    assert_int_equal(fake.length, 0);
    call(HV_CALL_PARTITION_EXIT, 0);
    while (vcpu->phase == PHASE_LOADING)
        partition_work(a);
    assert_says("a: half");
}

/* ---- how it ends: each in a process of its own ---- */

static void until_the_end(void)
{
    for (unsigned slices = 0; slices < 100000; slices++)
        if (cpu_next(true))
            call(HV_CALL_PARTITION_EXIT, cpu.current->id == 0 ? 3 : 0);
}

static void all_exit_with_0(void)
{
    for (unsigned slices = 0; slices < 100000; slices++)
        if (cpu_next(true))
            call(HV_CALL_PARTITION_EXIT, 0);
}

static void nobody_left(void)
{
    partition_fault(a, &(struct fault){.what = 6});
    a->sequel = SEQUEL_STOP;
    until_the_end();
}

static void halt(void)
{
    partition_fault(a, &(struct fault){.what = 6});
    a->sequel = SEQUEL_HALT;
    until_the_end();
}

static void our_own_bug(void)
{
    CHECK(a->work == WORK_REPORT);
}

static void exit_values(void **state)
{
    static const struct {
        void (*body)(void);
        uint8_t value;
        const char *says;
    } ends[] = {
        {all_exit_with_0, EXIT_SUCCESS, "Belfry: a: exit code 0, "},
        {until_the_end, EXIT_STOPPED, "Belfry: a: exit code 3, "},
        {nobody_left, EXIT_STOPPED, "Belfry: a: fault #UD, "},
        {halt, EXIT_FAILED, "a: fault #UD rip=0x0 outstanding=0, then halt\r\n"},
        {our_own_bug, EXIT_FAILED, "Belfry: check failed at tests/host/test_partition.c:"},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct fake kept = fake;
        assert_int_equal(fake_run_apart(ends[i].body), FAKE_EXITED);
        assert_int_equal(fake.exit_value, ends[i].value);
        assert_says(ends[i].says);
        fake = kept;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_the_image_says),
        cmocka_unit_test_setup(in_slices, run_a),
        cmocka_unit_test_setup(a_slice_begins_afresh, run_a),
        cmocka_unit_test_setup(nothing_of_a_life_is_left, run_a),
        cmocka_unit_test_setup(totals_are_of_all_lives, run_a),
        cmocka_unit_test_setup(a_fault_is_told_in_a_line, run_a),
        cmocka_unit_test_setup(what_is_outstanding_is_told, run_a),
        cmocka_unit_test_setup(exit_values, run_a),
        cmocka_unit_test_setup(a_partial_line_is_shown_at_the_end,
                               run_a), /* the last of a's lives */
    };

    return cmocka_run_group_tests(tests, boot, NULL);
}
