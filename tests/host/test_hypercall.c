/* SPDX-License-Identifier: BSD-2-Clause */
/* The hypercalls, each status and the order of the checks, as docs/ABI.md has them. */
#include "system_fixture.h"

#define HIGH (UINT64_C(1) << 32) /* all 64 bits of an argument count */

static const uint64_t outside[] = {0,         14, 31, 128, 256, 0x120, 48 + HIGH, 48 + (HIGH << 31),
                                   UINT64_MAX};

static int boot(void **state)
{
    (void)state;
    boot_system("exit=idle", "a mem=128K line=0 line=3 vector=48 vector=50", "b mem=128K line=0");
    fake.room = 0; /* what is said stays in the buffers */
    return 0;
}

static int clean(void **state)
{
    (void)state;
    for (unsigned vector = 32; vector < HV_VECTORS; vector++)
        call(HV_CALL_IRQ_UNREGISTER, vector);
    cpu.attention = 0;
    assert_ptr_equal(cpu.current, &vcpus[0]);
    return 0;
}

/* All that a call could change of the vCPU, of its partition and of its memory. */
static uint8_t memory[MEM + HV_PAGE_SIZE];
static struct virq virq;
static struct vcpu vcpu;
static struct partition partition;
static uint16_t open_lines;
static unsigned room;

static void remember(void)
{
    memcpy(memory, cpu.current->partition->memory, sizeof(memory));
    virq = *vcpu_virq(cpu.current);
    vcpu = *cpu.current;
    partition = *cpu.current->partition;
    open_lines = fake.open_lines;
    room = console_room(0);
}

static void assert_unchanged(void)
{
    assert_memory_equal(memory, cpu.current->partition->memory, sizeof(memory));
    assert_memory_equal(&virq, vcpu_virq(cpu.current), sizeof(virq));
    assert_memory_equal(&vcpu, cpu.current, sizeof(vcpu));
    assert_memory_equal(&partition, cpu.current->partition, sizeof(partition));
    assert_int_equal(open_lines, fake.open_lines);
    assert_int_equal(room, console_room(0));
    assert_int_equal(cpu.attention, 0);
}

#define assert_fails(status, ...)                                                                  \
    do {                                                                                           \
        remember();                                                                                \
        assert_int_equal(call(__VA_ARGS__), status);                                               \
        assert_unchanged();                                                                        \
    } while (0)

static bool is_call(uint64_t number)
{
    return number <= 1 || (number >= 10 && number <= 13) || (number >= 30 && number <= 38);
}

static void no_such_call(void **state)
{
    static const uint64_t more[] = {HIGH, HIGH + 30, HIGH << 31, UINT64_MAX, UINT64_MAX - 7};

    (void)state;
    for (uint64_t number = 0; number < 4096; number++)
        if (!is_call(number))
            assert_fails(HV_ENOSYS, number, 48, UPCALL);
    for (unsigned i = 0; i < sizeof(more) / sizeof(more[0]); i++)
        assert_fails(HV_ENOSYS, more[i], 48, UPCALL);
}

static void version(void **state)
{
    (void)state;
    remember();
    assert_int_equal(call(HV_CALL_VERSION), 0x00010000);
    assert_unchanged();
    assert_int_equal(call(HV_CALL_IRQ_POLL), 0);
    assert_unchanged();
}

static void register_checks(void **state)
{
    static const uint64_t no_entry[] = {0,     CODE - 1,    CONSTANTS,   DATA,
                                        GUARD, MEM_END,     MEM_END - 1, PARTITION_BASE,
                                        HIGH,  CODE + HIGH, UINT64_MAX,  UINT64_C(1) << 47};

    (void)state;
    for (unsigned i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
        assert_fails(HV_EINVAL, HV_CALL_IRQ_REGISTER, outside[i], UPCALL);
    for (unsigned i = 0; i < sizeof(no_entry) / sizeof(no_entry[0]); i++) {
        assert_fails(HV_EINVAL, HV_CALL_IRQ_REGISTER, 48, no_entry[i]);
        assert_fails(HV_EINVAL, HV_CALL_IRQ_REGISTER, 49, no_entry[i]);
    }
    assert_fails(HV_EPERM, HV_CALL_IRQ_REGISTER, 49, UPCALL);
    assert_fails(HV_EPERM, HV_CALL_IRQ_REGISTER, 33, UPCALL);
    assert_int_equal(call(HV_CALL_IRQ_REGISTER, 48, CODE + HV_PAGE_SIZE - 1), 0);
    assert_fails(HV_EBUSY, HV_CALL_IRQ_REGISTER, 48, UPCALL);
    assert_fails(HV_EINVAL, HV_CALL_IRQ_REGISTER, 48, DATA);
    assert_int_equal(vcpus[0].entry[48], CODE + HV_PAGE_SIZE - 1);
}

static void checks_of_the_others(void **state)
{
    static const uint64_t calls[] = {HV_CALL_IRQ_UNREGISTER, HV_CALL_IRQ_ACK, HV_CALL_IRQ_MASK,
                                     HV_CALL_IRQ_UNMASK};

    (void)state;
    for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        for (unsigned j = 0; j < sizeof(outside) / sizeof(outside[0]); j++)
            assert_fails(HV_EINVAL, calls[i], outside[j], 1);
        for (unsigned vector = 32; vector < HV_VECTORS; vector++)
            if (vector != HV_GATE)
                assert_fails(HV_ENOENT, calls[i], vector, 1); /* no EPERM */
    }
}

static void raise_checks(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
        assert_fails(HV_EINVAL, HV_CALL_IRQ_RAISE, outside[i], 0);
    for (unsigned line = 32; line < 48; line++)
        assert_fails(HV_EINVAL, HV_CALL_IRQ_RAISE, line, 0);
    assert_fails(HV_EINVAL, HV_CALL_IRQ_RAISE, 48, 1);
    assert_fails(HV_EINVAL, HV_CALL_IRQ_RAISE, 49, HIGH);
    assert_fails(HV_EPERM, HV_CALL_IRQ_RAISE, 49, 0);
    assert_fails(HV_ENOENT, HV_CALL_IRQ_RAISE, 48, 0);
}

static void acknowledge(void **state)
{
    (void)state;
    call(HV_CALL_IRQ_REGISTER, 48, UPCALL);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(call(HV_CALL_IRQ_RAISE, 48, 0), 0);
    cpu.attention = 0;
    assert_fails(HV_ERANGE, HV_CALL_IRQ_ACK, 48, 6);
    assert_fails(HV_ERANGE, HV_CALL_IRQ_ACK, 48, HIGH);
    assert_fails(HV_ERANGE, HV_CALL_IRQ_ACK, 48, UINT64_MAX);
    assert_int_equal(call(HV_CALL_IRQ_ACK, 48, 0), 5);
    assert_int_equal(call(HV_CALL_IRQ_ACK, 48, 2), 3);
    assert_int_equal(vcpus[0].page->irq_pending, 1);
    assert_int_equal(call(HV_CALL_IRQ_ACK, 48, 3), 0);
    assert_int_equal(vcpus[0].page->irq_pending, 0);
    assert_int_equal(call(HV_CALL_IRQ_RAISE, 48, 0), 0);
    assert_int_equal(call(HV_CALL_IRQ_UNREGISTER, 48), 1);
}

static void pending_and_not_masked(void **state)
{
    (void)state;
    call(HV_CALL_IRQ_REGISTER, 48, UPCALL);
    assert_int_equal(call(HV_CALL_IRQ_MASK, 48), 0);
    assert_int_equal(call(HV_CALL_IRQ_RAISE, 48, 0), 0);
    assert_int_equal(vcpus[0].page->irq_pending, 0);
    assert_false(cpu.upcall);
    assert_int_equal(call(HV_CALL_IRQ_UNMASK, 48), 0);
    assert_int_equal(vcpus[0].page->irq_pending, 1);
    assert_true(cpu.upcall);
    assert_int_equal(call(HV_CALL_IRQ_MASK, 48), 0);
    assert_int_equal(vcpus[0].page->irq_pending, 0);
    assert_false(cpu.upcall);
}

/* ---- lines ---- */

static bool registered_first;

static void see_line(unsigned line, bool open)
{
    (void)open;
    registered_first = virq_is_registered(vcpu_virq(&vcpus[0]), HV_VECTOR_LINE + line);
}

static void a_line_is_open_while_registered(void **state)
{
    (void)state;
    fake.on_line = see_line;
    assert_int_equal(call(HV_CALL_IRQ_REGISTER, 35, UPCALL), 0);
    assert_int_equal(fake.open_lines & 1u << 3, 1u << 3);
    assert_true(registered_first);
    registered_first = false;
    assert_int_equal(call(HV_CALL_IRQ_UNREGISTER, 35), 0);
    assert_int_equal(fake.open_lines & 1u << 3, 0);
    assert_true(registered_first); /* closed before the registration went */
    fake.on_line = NULL;
}

static void a_line_counts(void **state)
{
    (void)state;
    call(HV_CALL_IRQ_REGISTER, 35, UPCALL);
    uint64_t raised = stats_of(35).raised;
    irq_line(3);
    irq_line(3);
    assert_int_equal(stats_of(35).raised, raised + 2);
    assert_int_equal(stats_of(35).outstanding, 2);
}

static void held_until_the_next_tick(void **state)
{
    (void)state;
    call(HV_CALL_IRQ_REGISTER, 35, UPCALL);
    irq_tick();
    for (unsigned i = 0; i < 15; i++)
        irq_line(3);
    assert_int_equal(fake.open_lines & 1u << 3, 1u << 3);
    irq_line(3);
    assert_int_equal(fake.open_lines & 1u << 3, 0);
    assert_int_equal(stats_of(35).held, 1);
    irq_tick();
    assert_int_equal(fake.open_lines & 1u << 3, 1u << 3);
    /* whose line it is not reads 0 */
    call(HV_CALL_VCPU_YIELD);
    assert_ptr_equal(until_a_guest_runs(), &vcpus[1].frame);
    assert_int_equal(stats_of(35).held, 0);
    call(HV_CALL_VCPU_YIELD);
    assert_ptr_equal(until_a_guest_runs(), &vcpus[0].frame);
    assert_true(stats_of(35).held >= 1);
    cpu.attention = 0;
}

/* ---- memory ---- */

struct range {
    uint64_t address, length;
};

static const struct range unreadable[] = {
    {0, 1},
    {GUARD, 1},
    {GUARD - 1, 2},
    {GUARD + 4095, 1},
    {GUARD - 8, 4096},
    {MEM_END, 1},
    {MEM_END - 1, 2},
    {PARTITION_BASE - 1, 2},
    {UINT64_MAX, 1},
    {UINT64_MAX - 7, 16},
    {CODE + HIGH, 1},
    {CODE + (HIGH << 31), 1},
    {UINT64_C(1) << 47, 1},
};

static void console_write_checks(void **state)
{
    (void)state;
    assert_fails(HV_EINVAL, HV_CALL_CONSOLE_WRITE, DATA, 4097);
    assert_fails(HV_EINVAL, HV_CALL_CONSOLE_WRITE, 0, HIGH);
    assert_fails(HV_EINVAL, HV_CALL_CONSOLE_WRITE, 0, UINT64_MAX);
    assert_fails(0, HV_CALL_CONSOLE_WRITE, UINT64_MAX, 0);
    for (unsigned i = 0; i < sizeof(unreadable) / sizeof(unreadable[0]); i++)
        assert_fails(HV_EFAULT, HV_CALL_CONSOLE_WRITE, unreadable[i].address, unreadable[i].length);
}

static void console_write_takes_what_fits(void **state)
{
    (void)state;
    assert_int_equal(console_room(0), HV_CONSOLE_MAX);
    assert_int_equal(call(HV_CALL_CONSOLE_WRITE, CODE, 4000), 4000);
    assert_int_equal(call(HV_CALL_CONSOLE_WRITE, CODE, 100), 96);
    assert_int_equal(call(HV_CALL_CONSOLE_WRITE, CODE, 100), 0);
    assert_int_equal(call(HV_CALL_CONSOLE_WRITE, GUARD, 1), HV_EFAULT);
    assert_int_equal(call(HV_CALL_CONSOLE_WRITE, GUARD, 4097), HV_EINVAL);
    fake.room = UINT32_MAX;
    while (console_busy())
        console_step();
    fake_wire_forget();
    fake.room = 0;
    assert_int_equal(console_room(0), HV_CONSOLE_MAX);
}

static void stats_checks(void **state)
{
    static const struct range unwritable[] = {{CODE, 8}, {CONSTANTS, 8}, {DATA - 1, 8}};

    (void)state;
    for (unsigned i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
        assert_fails(HV_EINVAL, HV_CALL_IRQ_STATS, outside[i], 0, 0);
    for (uint64_t size = 0; size < 8; size++)
        assert_fails(0, HV_CALL_IRQ_STATS, 48, UINT64_MAX, size);
    for (unsigned i = 0; i < sizeof(unreadable) / sizeof(unreadable[0]); i++)
        if (unreadable[i].length < 8)
            assert_fails(HV_EFAULT, HV_CALL_IRQ_STATS, 99, unreadable[i].address, 8);
    for (unsigned i = 0; i < 3; i++)
        assert_fails(HV_EFAULT, HV_CALL_IRQ_STATS, 48, unwritable[i].address, 8);
    assert_fails(HV_EFAULT, HV_CALL_IRQ_STATS, 48, MEM_END - 47, 48);
    assert_fails(HV_EFAULT, HV_CALL_IRQ_STATS, 48, MEM_END - 47, UINT64_MAX);
}

static void stats_writes_whole_words(void **state)
{
    (void)state;
    call(HV_CALL_IRQ_REGISTER, 50, UPCALL);
    for (unsigned i = 0; i < 3; i++)
        call(HV_CALL_IRQ_RAISE, 50, 0);
    for (uint64_t size = 8; size < 64; size++) {
        uint64_t written = size < 48 ? size / 8 * 8 : 48;
        memset(guest_bytes(DATA + 101), 0xCC, 64);
        assert_int_equal(call(HV_CALL_IRQ_STATS, 50, DATA + 101, size), written);
        const uint8_t *bytes = guest_bytes(DATA + 101);
        for (uint64_t i = written; i < 64; i++)
            assert_int_equal(bytes[i], 0xCC);
    }
    assert_int_equal(call(HV_CALL_IRQ_STATS, 50, DATA, UINT64_MAX), 48);
    assert_int_equal(call(HV_CALL_IRQ_STATS, 50, MEM_END - 8, 8), 8);
    assert_true(stats_of(50).raised >= 3);
    assert_int_equal(stats_of(50).outstanding, 3);
}

/* ---- time ---- */

static void wait_needs_a_registration(void **state)
{
    (void)state;
    assert_fails(HV_ENOENT, HV_CALL_VCPU_WAIT);
    call(HV_CALL_IRQ_REGISTER, 48, UPCALL);
    assert_int_equal(call(HV_CALL_VCPU_WAIT), 0);
    assert_int_equal(vcpus[0].page->irq_disabled, 0);
    assert_int_equal(cpu.attention, ATTEND_SWITCH);
    assert_ptr_equal(until_a_guest_runs(), &vcpus[1].frame);
    assert_int_equal(vcpu_state(&vcpus[0]), VCPU_WAITING);
    assert_int_equal(vcpu_state(&vcpus[1]), VCPU_RUNNING);
    irq_raise(&vcpus[0], 48);
    assert_int_equal(vcpu_state(&vcpus[0]), VCPU_READY);
    assert_int_equal(call(HV_CALL_VCPU_YIELD), 0);
    assert_ptr_equal(until_a_guest_runs(), &vcpus[0].frame);
    assert_int_equal(vcpus[0].frame.rip, UPCALL);
    assert_int_equal(vcpus[0].frame.rax, 48);
    vcpus[0].page->irq_disabled = 1;
}

static void any_registration_is_one(void **state)
{
    static const unsigned vectors[] = {32, 48, 64, 127, 129, 191, 192, 255};

    (void)state;
    for (unsigned i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        vcpus[0].page->irq_disabled = 1;
        assert_fails(HV_ENOENT, HV_CALL_VCPU_WAIT);
        assert_int_equal(irq_register(&vcpus[0], vectors[i], UPCALL), 0);
        irq_raise(&vcpus[0], vectors[i]); /* so that it comes back */
        assert_int_equal(call(HV_CALL_VCPU_WAIT), 0);
        irq_unregister(&vcpus[0], vectors[i]);
    }
    vcpus[0].page->irq_disabled = 1;
}

static void yield_alone_comes_back(void **state)
{
    (void)state;
    call(HV_CALL_VCPU_YIELD);
    assert_ptr_equal(until_a_guest_runs(), &vcpus[1].frame);
    call(HV_CALL_VCPU_YIELD);
    assert_ptr_equal(until_a_guest_runs(), &vcpus[0].frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(no_such_call, clean),
        cmocka_unit_test_teardown(version, clean),
        cmocka_unit_test_teardown(register_checks, clean),
        cmocka_unit_test_teardown(checks_of_the_others, clean),
        cmocka_unit_test_teardown(raise_checks, clean),
        cmocka_unit_test_teardown(acknowledge, clean),
        cmocka_unit_test_teardown(pending_and_not_masked, clean),
        cmocka_unit_test_teardown(a_line_is_open_while_registered, clean),
        cmocka_unit_test_teardown(a_line_counts, clean),
        cmocka_unit_test_teardown(held_until_the_next_tick, clean),
        cmocka_unit_test_teardown(console_write_checks, clean),
        cmocka_unit_test_teardown(console_write_takes_what_fits, clean),
        cmocka_unit_test_teardown(stats_checks, clean),
        cmocka_unit_test_teardown(stats_writes_whole_words, clean),
        cmocka_unit_test_teardown(wait_needs_a_registration, clean),
        cmocka_unit_test_teardown(any_registration_is_one, clean),
        cmocka_unit_test_teardown(yield_alone_comes_back, clean),
    };

    return cmocka_run_group_tests(tests, boot, NULL);
}
