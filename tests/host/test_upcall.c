/* SPDX-License-Identifier: BSD-2-Clause */
/* The upcall frame: where it is built, what is in it, and what of it is believed afterwards. */
#include "system_fixture.h"

#define RSP      (MEM_END - 0x400)
#define INSIDE   (CODE + 0x100) /* where the guest is interrupted */
#define KERNEL   (UINT64_C(1) << 47)
#define FIXED_IF UINT64_C(0x202)
/* CF PF AF ZF SF DF OF AC ID */
#define TAKEN UINT64_C(0x240CD5)

static struct vcpu *const vcpu = &vcpus[0];

static int boot(void **state)
{
    (void)state;
    boot_system("exit=idle", "a mem=128K fault=restart restarts=1000000 vector=48 vector=200",
                "b mem=128K");
    return 0;
}

/* A guest that has started afresh, with both vectors registered and interrupts disabled. */
static int start(void **state)
{
    (void)state;
    partition_restart(vcpu->partition);
    while (until_a_guest_runs() != &vcpu->frame)
        call(HV_CALL_VCPU_YIELD);
    assert_int_equal(call(HV_CALL_IRQ_REGISTER, 48, UPCALL), 0);
    assert_int_equal(call(HV_CALL_IRQ_REGISTER, 200, UPCALL + 1), 0);
    vcpu->frame.rip = INSIDE;
    vcpu->frame.rsp = RSP;
    vcpu->frame.rflags = FIXED_IF;
    vcpu->frame.rax = 0x1122334455667788;
    return 0;
}

static struct hv_upcall *made(void)
{
    return guest_bytes(vcpu->frame.rsp);
}

static void raise_and_tell(unsigned vector, unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        assert_int_equal(call(HV_CALL_IRQ_RAISE, vector, 0), 0);
    vcpu->page->irq_disabled = 0;
    upcall_make();
    assert_int_equal(cpu.attention, 0);
}

static uint64_t do_return(void)
{
    uint64_t result = (uint64_t)call(HV_CALL_IRQ_RETURN);

    assert_int_equal(vcpu->phase, PHASE_STARTED);
    return result;
}

static void assert_bad_frame(uint64_t outstanding)
{
    struct virq before = *vcpu_virq(vcpu);

    call(HV_CALL_IRQ_RETURN);
    assert_int_equal(vcpu->phase, PHASE_LOADING);
    assert_int_equal(vcpu->partition->fault.what, FAULT_BAD_FRAME);
    assert_memory_equal(&before, vcpu_virq(vcpu), sizeof(before));
    assert_int_equal(virq_outstanding(vcpu_virq(vcpu), 48), outstanding);
}

/* ---- making one ---- */

static void what_is_in_it(void **state)
{
    struct frame before = vcpu->frame;

    (void)state;
    memset(guest_bytes(RSP - 300), 0x55, 300);
    vcpu->frame.rflags = before.rflags = FIXED_IF | TAKEN | 1u << 8 | 1u << 14;
    raise_and_tell(48, 3);
    const struct hv_upcall *frame = made();
    assert_int_equal(frame->vector, 48);
    assert_int_equal(frame->count, 3);
    assert_int_equal(frame->upcall, 1);
    assert_int_equal(frame->rax, before.rax);
    assert_int_equal(frame->rip, INSIDE);
    assert_int_equal(frame->rflags, before.rflags);
    assert_int_equal(frame->rsp, RSP);
    assert_int_equal(frame->reserved, 0);
    assert_int_equal(vcpu->page->irq_disabled, 1);
    assert_int_equal(vcpu->frame.rax, 48);
    assert_int_equal(vcpu->frame.rip, UPCALL);
    /* DF, TF, NT and AC are clear. */
    assert_int_equal(vcpu->frame.rflags,
                     before.rflags & ~(1u << 10 | 1u << 8 | 1u << 14 | 1u << 18));
    assert_memory_equal(&vcpu->frame, &before, offsetof(struct frame, rax));
}

static void where_it_is(void **state)
{
    (void)state;
    for (uint64_t rsp = RSP - 200; rsp < RSP; rsp++) {
        vcpu->frame.rsp = rsp;
        raise_and_tell(48, 1);
        assert_int_equal(vcpu->frame.rsp % 64, 0);
        assert_true(vcpu->frame.rsp + 64 + 128 <= rsp);
        assert_true(vcpu->frame.rsp + 64 + 128 + 64 > rsp);
        do_return();
        assert_int_equal(vcpu->frame.rsp, rsp);
    }
}

static void the_lowest_first_and_within(void **state)
{
    (void)state;
    call(HV_CALL_IRQ_RAISE, 200, 0);
    raise_and_tell(48, 1);
    assert_int_equal(made()->vector, 48);
    uint64_t outer = vcpu->frame.rsp;
    vcpu->page->irq_disabled = 0; /* 48 is in service and holds nobody back */
    upcall_make();
    assert_int_equal(cpu.attention, 0);
    assert_int_equal(made()->vector, 200);
    assert_int_equal(vcpu->frame.rip, UPCALL + 1);
    assert_true(vcpu->frame.rsp < outer);
    assert_int_equal(do_return(), 48); /* RAX, as it was in the outer one */
    assert_int_equal(vcpu->frame.rsp, outer);
    assert_int_equal(do_return(), 0x1122334455667788);
    assert_int_equal(vcpu->frame.rip, INSIDE);
}

static void none_while_disabled(void **state)
{
    (void)state;
    call(HV_CALL_IRQ_RAISE, 48, 0);
    upcall_make();
    assert_int_equal(cpu.attention, 0);
    assert_int_equal(vcpu->frame.rip, INSIDE);
    assert_int_equal(vcpu->page->irq_pending, 1);
}

static void bad_stacks(void **state)
{
    static const uint64_t bad[] = {0,
                                   8,
                                   192,
                                   HV_MEM_BASE - HV_PAGE_SIZE,
                                   CODE + 4096,
                                   CONSTANTS + 300,
                                   GUARD + 4096,
                                   GUARD + 300,
                                   MEM_END + 4096,
                                   KERNEL,
                                   UINT64_MAX - 7,
                                   UINT64_C(0xFFFF800000000000),
                                   DATA + 192};

    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        start(state);
        vcpu->frame.rsp = bad[i];
        call(HV_CALL_IRQ_RAISE, 48, 0);
        vcpu->page->irq_disabled = 0;
        if (bad[i] == DATA + 192) { /* the first that is good */
            upcall_make();
            assert_int_equal(cpu.attention, 0);
            assert_int_equal(vcpu->frame.rsp, DATA);
            return;
        }
        upcall_make();
        assert_int_not_equal(cpu.attention, 0);
        assert_int_equal(vcpu->phase, PHASE_LOADING);
        assert_int_equal(vcpu->partition->fault.what, FAULT_BAD_STACK);
        assert_int_equal(virq_outstanding(vcpu_virq(vcpu), 48), 1);
    }
}

/* ---- IRQ_RETURN ---- */

static void acknowledges_what_it_says(void **state)
{
    (void)state;
    raise_and_tell(48, 5);
    made()->count = 3;
    assert_int_equal(do_return(), 48); /* what is left is told again */
    assert_int_equal(virq_outstanding(vcpu_virq(vcpu), 48), 2);
    assert_int_equal(made()->count, 2);
    assert_int_equal(made()->upcall, 2);
    made()->count = 0;
    do_return();
    assert_int_equal(made()->upcall, 3);
    assert_int_equal(do_return(), 0x1122334455667788);
    assert_int_equal(virq_outstanding(vcpu_virq(vcpu), 48), 0);
    assert_int_equal(vcpu->page->irq_disabled, 0);
}

static void more_than_there_are(void **state)
{
    (void)state;
    raise_and_tell(48, 2);
    made()->count = 3;
    assert_bad_frame(2);
    start(state);
    raise_and_tell(48, 2);
    made()->count = UINT64_MAX;
    assert_bad_frame(2);
}

static void a_service_that_has_ended(void **state)
{
    (void)state;
    raise_and_tell(48, 2);
    assert_int_equal(call(HV_CALL_IRQ_ACK, 48, 1), 1);
    made()->count = 77; /* not looked at */
    do_return();
    assert_int_equal(virq_outstanding(vcpu_virq(vcpu), 48), 1);
}

static void another_upcalls_number(void **state)
{
    (void)state;
    raise_and_tell(48, 2);
    made()->upcall++;
    do_return();
    assert_int_equal(virq_outstanding(vcpu_virq(vcpu), 48), 2);
    assert_true(VIRQ_OF(vcpu_virq(vcpu), 48).in_service);
}

static void vector_zero_restores_only(void **state)
{
    (void)state;
    raise_and_tell(48, 1);
    made()->vector = 0;
    do_return();
    assert_int_equal(vcpu->frame.rip, INSIDE);
    assert_true(VIRQ_OF(vcpu_virq(vcpu), 48).in_service);
}

static void vectors_outside(void **state)
{
    static const uint64_t outside[] = {1, 31, 128, 256, 48 + (UINT64_C(1) << 32), UINT64_MAX};

    for (unsigned i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
        start(state);
        raise_and_tell(48, 1);
        made()->vector = outside[i];
        assert_bad_frame(1);
    }
}

static void addresses_that_are_no_users(void **state)
{
    static const uint64_t bad[] = {KERNEL, KERNEL + 1, UINT64_MAX, UINT64_C(0xFFFF800000000000)};

    for (unsigned i = 0; i < 2 * sizeof(bad) / sizeof(bad[0]); i++) {
        start(state);
        raise_and_tell(48, 1);
        if (i % 2)
            made()->rip = bad[i / 2];
        else
            made()->rsp = bad[i / 2];
        assert_bad_frame(1);
    }
    start(state);
    raise_and_tell(48, 1);
    made()->rip = made()->rsp = KERNEL - 1; /* users', though nothing is there */
    do_return();
    assert_int_equal(vcpu->frame.rip, KERNEL - 1);
    assert_int_equal(vcpu->frame.rsp, KERNEL - 1);
}

static void frames_that_cannot_be_read(void **state)
{
    static const uint64_t bad[] = {
        0,      GUARD,      GUARD - 55,     GUARD + 4095, MEM_END - 55, MEM_END, PARTITION_BASE - 1,
        KERNEL, UINT64_MAX, UINT64_MAX - 55};

    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        start(state);
        vcpu->frame.rsp = bad[i];
        assert_bad_frame(0);
    }
}

static void any_alignment_56_bytes(void **state)
{
    struct hv_upcall by_hand = {.rax = 5, .rip = INSIDE + 1, .rflags = 0, .rsp = RSP + 1};

    (void)state;
    for (uint64_t at = DATA + 4090; at < DATA + 4097; at++) {
        memcpy(guest_bytes(at), &by_hand, 56);
        vcpu->frame.rsp = at;
        assert_int_equal(do_return(), 5);
        assert_int_equal(vcpu->frame.rip, INSIDE + 1);
        assert_int_equal(vcpu->frame.rsp, RSP + 1);
        assert_int_equal(vcpu->frame.rflags, FIXED_IF);
    }
    memcpy(guest_bytes(MEM_END - 56), &by_hand, 56);
    vcpu->frame.rsp = MEM_END - 56;
    assert_int_equal(do_return(), 5);
}

/* What is there when the guest runs again, after an IRQ_RETURN to which an upcall is due. */
struct after {
    struct frame frame;
    struct hv_vcpu_page page;
    struct virq virq;
    uint8_t memory[4096]; /* around the frame */
};

/* The frame at `at` is returned by, and interrupts a state whose RSP is `rsp`; `other`: another
 * vector is due besides what is left of the frame's. */
static void return_to_upcall(uint64_t at, uint64_t rsp, bool other, uint8_t attention,
                             struct after *after)
{
    const struct hv_upcall by_hand = {.vector = 48,
                                      .count = 1,
                                      .upcall = 1,
                                      .rax = 5,
                                      .rip = INSIDE + 1,
                                      .rflags = UINT64_MAX,
                                      .rsp = rsp,
                                      .reserved = 7};
    void *page = guest_bytes(at & ~UINT64_C(4095));

    start(NULL);
    raise_and_tell(48, 3);
    if (other)
        call(HV_CALL_IRQ_RAISE, 200, 0);
    memset(page, 0x55, 4096);
    memcpy(guest_bytes(at), &by_hand, sizeof(by_hand));
    vcpu->frame.rsp = at;
    cpu.attention = attention;
    vcpu->frame.rax = (uint64_t)call(HV_CALL_IRQ_RETURN);
    if (attention)
        assert_int_equal(vcpu->frame.rax, 5);
    cpu.attention &= (uint8_t)~attention;
    upcall_make();
    after->frame = vcpu->frame;
    after->page = *vcpu->page;
    after->page.restarts = 0;
    after->virq = *vcpu_virq(vcpu);
    memcpy(after->memory, page, 4096);
}

/* With something to attend to, the upcall comes on the way out; without, it may follow on. */
static void following_on_is_not_to_be_told(void **state)
{
    static const uint64_t places[][2] = {
        {DATA + 640, DATA + 640 + 192},    /* the same place */
        {DATA + 640, DATA + 640 + 255},    /* the same too */
        {DATA + 640, DATA + 640 + 191},    /* below it */
        {DATA + 640, DATA + 640 + 256},    /* above it */
        {CONSTANTS + 64, CONSTANTS + 256}, /* one that can't be written */
        {DATA + 641, DATA + 640 + 192},    /* one that no upcall was made at */
        {DATA + 640, 0},
        {DATA + 640, GUARD + 256},
    };
    static struct after out, on;

    (void)state;
    for (unsigned i = 0; i < 2 * sizeof(places) / sizeof(places[0]); i++) {
        const uint64_t *place = places[i / 2];
        return_to_upcall(place[0], place[1], i % 2, ATTEND_CONSOLE, &out);
        uint64_t phase = vcpu->phase;
        return_to_upcall(place[0], place[1], i % 2, 0, &on);
        assert_int_equal(vcpu->phase, phase);
        assert_memory_equal(&on, &out, sizeof(on));
        assert_int_equal(phase, i / 2 == 4 || i / 2 >= 6 ? PHASE_LOADING : PHASE_STARTED);
    }
}

static void flags_one_by_one(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 64; bit++) {
        struct hv_upcall by_hand = {.rip = INSIDE, .rflags = UINT64_C(1) << bit, .rsp = RSP};
        memcpy(guest_bytes(DATA), &by_hand, sizeof(by_hand));
        vcpu->frame.rsp = DATA;
        do_return();
        assert_int_equal(vcpu->frame.rflags, FIXED_IF | (TAKEN & UINT64_C(1) << bit));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_in_it, start),
        cmocka_unit_test_setup(where_it_is, start),
        cmocka_unit_test_setup(the_lowest_first_and_within, start),
        cmocka_unit_test_setup(none_while_disabled, start),
        cmocka_unit_test_setup(bad_stacks, start),
        cmocka_unit_test_setup(acknowledges_what_it_says, start),
        cmocka_unit_test_setup(following_on_is_not_to_be_told, start),
        cmocka_unit_test_setup(more_than_there_are, start),
        cmocka_unit_test_setup(a_service_that_has_ended, start),
        cmocka_unit_test_setup(another_upcalls_number, start),
        cmocka_unit_test_setup(vector_zero_restores_only, start),
        cmocka_unit_test_setup(vectors_outside, start),
        cmocka_unit_test_setup(addresses_that_are_no_users, start),
        cmocka_unit_test_setup(frames_that_cannot_be_read, start),
        cmocka_unit_test_setup(any_alignment_56_bytes, start),
        cmocka_unit_test_setup(flags_one_by_one, start),
    };

    return cmocka_run_group_tests(tests, boot, NULL);
}
