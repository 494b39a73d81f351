/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IRQ_RETURN and IRQ_ACK: what is acknowledged, and by whom. What ends in a fault is in badframe.c.
 *
 * system: return mem=1M vector=48 vector=49
 */
#include "guest.h"

static struct hv_upcall frames[16];
static unsigned upcalls;
static upcall_handler *next;

static void keep(struct hv_upcall *frame, struct registers *entry)
{
    frames[upcalls++ % ARRAY_LENGTH(frames)] = *frame;
    upcall_handler *now = next;
    next = NULL;
    if (now)
        now(frame, entry);
}

static void raise(unsigned times)
{
    interrupts_disable();
    for (unsigned i = 0; i < times; i++)
        call(HV_CALL_IRQ_RAISE, 48, 0);
    interrupts_enable();
}

/* The counts that the upcalls since the last call of this carried: one decimal digit each. */
static uint64_t counts(void)
{
    uint64_t digits = 0;
    for (unsigned i = 0; i < upcalls; i++)
        digits = digits * 10 + frames[i].count;
    upcalls = 0;
    return digits;
}

static void zero_count(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    frame->count = 0;
}

static void one_only(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    frame->count = 1;
}

static void more_raised(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    call(HV_CALL_IRQ_RAISE, 48, 0);
    frame->count++;
}

static void ack_itself(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    IS(call(HV_CALL_IRQ_ACK, 48, frame->count - 1), 1, "ACK in the handler: one is left");
}

static void ack_too_much(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    IS(call(HV_CALL_IRQ_ACK, 48, frame->count + 1), HV_ERANGE, "ACK of more than is outstanding");
    IS(PAGE->irq_pending, 0, "it has not ended the service");
}

static void vector_zero(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    frame->vector = 0;
}

static void wrong_number(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    frame->upcall--;
}

static void other_vector(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    frame->vector = 49;
}

static void mask_itself(struct hv_upcall *frame, struct registers *entry)
{
    (void)frame;
    (void)entry;
    call(HV_CALL_IRQ_MASK, 48);
    call(HV_CALL_IRQ_RAISE, 48, 0);
}

static void unregister_itself(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    IS(call(HV_CALL_IRQ_UNREGISTER, 48), frame->count, "UNREGISTER in service discards the count");
    must_register(48);
    call(HV_CALL_IRQ_RAISE, 48, 0);
}

static void check_counts(void)
{
    raise(3);
    IS(counts(), 3, "three occurrences, one upcall");
    next = zero_count;
    raise(3);
    IS(counts(), 33, "count = 0: what is left is told again");
    next = one_only;
    raise(3);
    IS(counts(), 32, "count = 1: one is acknowledged, two are told again");
    next = more_raised;
    raise(3);
    IS(counts(), 3, "what was raised meanwhile may be acknowledged with it");
    IS(stats_of(48).outstanding, 0, "nothing is outstanding");
}

static void check_ended_before(void)
{
    next = ack_itself;
    raise(3);
    IS(counts(), 31, "an ACK in the handler ends the service: RETURN acknowledges nothing");
    next = ack_too_much;
    raise(2);
    IS(counts(), 2, "a failed ACK changes nothing");
    next = unregister_itself;
    raise(2);
    IS(counts(), 21, "a registration made in the handler is served afresh");
    IS(stats_of(48).discarded, 2, "discarded says what UNREGISTER answered");
    IS(stats_of(48).outstanding, 0, "nothing is outstanding");
}

/* Frames that end no service leave the vector in service: an ACK ends it. */
static void check_no_service(upcall_handler *handler, const char *what)
{
    struct hv_irq_stats before = stats_of(48);
    next = handler;
    raise(2);
    IS(counts(), 2, "%s: one upcall", what);
    IS(stats_of(48).acknowledged, before.acknowledged, "%s: nothing acknowledged", what);
    IS(PAGE->irq_disabled, 0, "%s: interrupts enabled", what);
    call(HV_CALL_IRQ_RAISE, 48, 0);
    IS(counts(), 0, "%s: still in service", what);
    IS(PAGE->irq_pending, 0, "%s: so not pending", what);
    IS(call(HV_CALL_IRQ_ACK, 48, 1), 2, "%s: ACK ends it", what);
    IS(counts(), 2, "%s: and the rest is told", what);
}

static void check_masked(void)
{
    next = mask_itself;
    raise(1);
    IS(counts(), 1, "masked in its service: what came then is not told");
    IS(stats_of(48).outstanding, 1, "but counted");
    IS(PAGE->irq_pending, 0, "and not said to be pending");
    call(HV_CALL_IRQ_UNMASK, 48);
    IS(counts(), 1, "until it is unmasked");
}

/* With interrupts disabled, ACK alone polls. */
static void check_polling(void)
{
    interrupts_disable();
    IS(call(HV_CALL_IRQ_ACK, 48, 0), 0, "polling: nothing");
    for (int i = 0; i < 5; i++)
        call(HV_CALL_IRQ_RAISE, 48, 0);
    IS(call(HV_CALL_IRQ_ACK, 48, 0), 5, "polling: five");
    IS(call(HV_CALL_IRQ_ACK, 48, 2), 3, "two acknowledged, three left");
    IS(PAGE->irq_pending, 1, "pending");
    IS(call(HV_CALL_IRQ_ACK, 48, 4), HV_ERANGE, "four are too many");
    IS(call(HV_CALL_IRQ_ACK, 48, 3), 0, "the last three");
    IS(PAGE->irq_pending, 0, "nothing is pending");
    interrupts_enable();
    IS(counts(), 0, "no upcall is due");
}

/* Goes to `frame` by IRQ_RETURN; comes back at label 1 with all registers lost. */
static void return_to(struct hv_upcall *frame)
{
    uint64_t number = HV_CALL_IRQ_RETURN;
    __asm__ volatile("push %%rbp\n"
                     "push %%rbx\n"
                     "lea 1f(%%rip), %%rcx\n"
                     "mov %%rcx, 32(%1)\n"
                     "mov %%rsp, 48(%1)\n"
                     "mov %1, %%rsp\n"
                     "int $0x80\n"
                     "ud2\n"
                     "1: pushfq\n"
                     "pop %1\n"
                     "pop %%rbx\n"
                     "pop %%rbp\n"
                     "cld\n"
                     : "+a"(number), "+S"(frame)
                     :
                     : "rcx", "memory", "cc");
    IS(number, 0x1122334455667788, "RAX from the frame");
    IS((uint64_t)frame,
       FLAG_ALWAYS | FLAG_IF | FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_DF | FLAG_OF |
           FLAG_AC | FLAG_ID,
       "RFLAGS from the frame, the system's flags left out");
}

static void check_hand_made(void)
{
    static char room[256] __attribute__((aligned(64)));
    uint64_t flags = ~(uint64_t)0;
    for (unsigned shift = 0; shift < 64; shift += 21) {
        struct hv_upcall made = {.rax = 0x1122334455667788, .rflags = flags};
        __builtin_memcpy(room + shift, &made, sizeof(made));
        interrupts_disable();
        return_to((void *)(room + shift));
        IS(PAGE->irq_disabled, 0, "a frame of vector 0 at %u: interrupts are enabled", shift);
    }
    struct hv_upcall *last = (void *)(start_state.registers.rsp - HV_UPCALL_READ);
    struct hv_upcall made = {.rax = 0x1122334455667788, .rflags = flags};
    __builtin_memcpy(last, &made, HV_UPCALL_READ);
    interrupts_disable();
    return_to(last);
    OK(true, "56 bytes are enough");
    interrupts_disable();
    call(HV_CALL_IRQ_RAISE, 48, 0);
    __builtin_memcpy(room, &made, sizeof(made));
    return_to((void *)room);
    IS(counts(), 1, "the upcall that is due is made at once");
}

void run(void)
{
    on_upcall = keep;
    must_register(48);
    must_register(49);
    check_counts();
    check_ended_before();
    check_no_service(vector_zero, "vector 0");
    check_no_service(wrong_number, "a stale upcall's number");
    check_no_service(other_vector, "another vector, not in service");
    check_masked();
    check_polling();
    check_hand_made();
}
