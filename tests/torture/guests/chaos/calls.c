/* SPDX-License-Identifier: BSD-2-Clause */
/* Hypercalls, and the frames that IRQ_RETURN reads. */
#include "chaos.h"

#define VECTORS 8 /* from HV_VECTOR_VIRTUAL on */

/* PARTITION_EXIT would be the end of it; IRQ_RETURN is for what has a frame. */
static const uint16_t numbers[] = {
    HV_CALL_VERSION,      HV_CALL_CONSOLE_WRITE,  HV_CALL_VCPU_YIELD, HV_CALL_VCPU_WAIT,
    HV_CALL_IRQ_REGISTER, HV_CALL_IRQ_UNREGISTER, HV_CALL_IRQ_ACK,    HV_CALL_IRQ_MASK,
    HV_CALL_IRQ_UNMASK,   HV_CALL_IRQ_RAISE,      HV_CALL_IRQ_STATS,  HV_CALL_IRQ_POLL,
};

static void any_call(void)
{
    struct registers in = odd_registers();
    in.rax = numbers[below(ARRAY_LENGTH(numbers))];
    if (one_in(2))
        in.rdi = HV_VECTOR_VIRTUAL + below(VECTORS);
    if (one_in(4))
        in.rdi = HV_VECTOR_LINE + below(HV_LINES);
    if (one_in(2))
        in.rsi = below(4);
    launch(&in, deed_call);
}

static void no_call(void)
{
    struct registers in = odd_registers();
    in.rax = odd();
    if (in.rax <= HV_CALL_IRQ_POLL)
        in.rax += HV_CALL_IRQ_POLL + 1;
    launch(&in, deed_call);
}

static void far_call(void)
{
    struct registers in = odd_registers();
    in.rax = numbers[below(ARRAY_LENGTH(numbers))] | draw() << 32;
    if (one_in(2))
        in.rax = (uint64_t)numbers[below(ARRAY_LENGTH(numbers))] | 1ul << (8 + below(56));
    launch(&in, deed_call);
}

/* An entry to register. Rarely one in the midst of anything: with interrupts disabled nobody ends
 * what takes for ever there. */
static uint64_t entry(void)
{
    if (one_in(256))
        return own_address();
    if (one_in(64))
        return (uint64_t)slots + below((uint64_t)(slots_end - slots) / SLOT_SIZE) * SLOT_SIZE;
    if (one_in(16))
        return (uint64_t)lost_entry;
    return (uint64_t)(one_in(16) ? nested_entry : bare_entry);
}

/* What a guest may do with its own vectors, in any order. */
static void own_vectors(void)
{
    static const uint16_t own[] = {
        HV_CALL_IRQ_REGISTER, HV_CALL_IRQ_RAISE,      HV_CALL_IRQ_RAISE, HV_CALL_IRQ_ACK,
        HV_CALL_IRQ_MASK,     HV_CALL_IRQ_UNREGISTER, HV_CALL_IRQ_STATS, HV_CALL_IRQ_UNMASK,
    };
    struct registers in = odd_registers();
    PAGE->irq_disabled = (uint8_t)one_in(4);
    for (uint64_t n = 1 + below(6); n > 0; n--) {
        in.rax = own[below(ARRAY_LENGTH(own))];
        in.rdi = one_in(16) ? HV_VECTOR_COM2 : HV_VECTOR_VIRTUAL + below(VECTORS);
        in.rsi = in.rax == HV_CALL_IRQ_REGISTER ? entry() : below(3);
        if (in.rax == HV_CALL_IRQ_RAISE)
            in.rsi = 0;
        if (in.rax == HV_CALL_IRQ_STATS)
            in.rsi = own_address();
        in.rdx = below(64);
        launch(&in, deed_call);
    }
}

static void wait(void)
{
    struct registers in = odd_registers();
    in.rax = HV_CALL_VCPU_WAIT;
    launch(&in, deed_call);
}

static void yield(void)
{
    struct registers in = odd_registers();
    in.rax = HV_CALL_VCPU_YIELD;
    launch(&in, deed_call);
}

static void write_console(void)
{
    struct registers in = odd_registers();
    in.rax = HV_CALL_CONSOLE_WRITE;
    in.rdi = (uint64_t)arena.noise + below(64);
    in.rsi = one_in(64) ? below(HV_CONSOLE_MAX - 64) : 1;
    launch(&in, deed_call);
}

static uint64_t frame_vector(void)
{
    switch (below(64)) {
    case 0:
        return odd();
    case 1:
    case 2:
    case 3:
        return HV_VECTOR_LINE + below(HV_VECTORS - HV_VECTOR_LINE);
    case 4:
        return HV_VECTOR_VIRTUAL + below(VECTORS);
    default:
        return 0;
    }
}

/* A frame that no upcall made; it mostly leads back. */
static void forge_frame(void)
{
    struct registers in = odd_registers();
    uint8_t *there = arena.noise + below(NOISE_SIZE - sizeof(struct hv_upcall));
    struct hv_upcall frame = {
        .vector = frame_vector(),
        .count = one_in(8) ? odd() : below(2),
        .upcall = below(8),
        .rax = odd(),
        .rip = (uint64_t)landing,
        .rflags = draw() & ~(uint64_t)FLAG_TF,
        .rsp = one_in(64) ? odd_stack() : GOOD_STACK - below(1024),
    };
    if (one_in(128))
        frame.rip = foreign_address();
    __builtin_memcpy(there, &frame, sizeof(frame));
    in.rsp = (uint64_t)there;
    in.rax = HV_CALL_IRQ_RETURN;
    launch(&in, deed_call);
}

/* All of the frame is what memory holds, or leads anywhere in the guest. */
static void find_frame(void)
{
    struct registers in = odd_registers();
    uint8_t *there = arena.noise + below(NOISE_SIZE - sizeof(struct hv_upcall));
    struct hv_upcall frame = {
        .rip = own_address(), .rflags = draw(), .rsp = one_in(2) ? odd_stack() : GOOD_STACK};
    if (one_in(2))
        __builtin_memcpy(there, &frame, sizeof(frame));
    in.rsp = one_in(2) ? (uint64_t)there : odd();
    in.rax = HV_CALL_IRQ_RETURN;
    launch(&in, deed_call);
}

/* ---- what must be refused, and how ---- */

/* A range of 48 bytes, or of 1, that is not all the guest's to write. */
static uint64_t refused_range(void)
{
    uint64_t end = start_state.registers.rsp, bottom = end - HV_STACK_SIZE, address;
    switch (below(6)) {
    case 0:
        return end - below(48);
    case 1:
        return bottom - 1 - below(HV_PAGE_SIZE);
    case 2:
        return bottom - HV_PAGE_SIZE - below(48);
    case 3:
        return (uint64_t)PAGE - 1 - below(47);
    case 4:
        return HV_MEM_BASE + below((uint64_t)(wild_end - (const char *)HV_MEM_BASE));
    default:
        do
            address = foreign_address();
        while (address + 64 > (uint64_t)PAGE && address < end);
        return address;
    }
}

static void must_answer(int64_t status, uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
    int64_t answer = call(number, a, b, c);
    if (answer != status)
        got_through("call", number << 56 | (a & 0xFF) << 48 | (b & 0xFFFFFFFFFFFF));
}

static void be_refused(void)
{
    uint64_t vector = HV_VECTOR_VIRTUAL + below(VECTORS);
    uint64_t foreign = HV_VECTOR_VIRTUAL + VECTORS + below(64); /* 56 to 119 */
    switch (below(5)) {
    case 0:
        must_answer(HV_EFAULT, HV_CALL_IRQ_STATS, vector, refused_range(), 48);
        break;
    case 1:
        must_answer(HV_EFAULT, HV_CALL_CONSOLE_WRITE,
                    start_state.registers.rsp - below(HV_CONSOLE_MAX), HV_CONSOLE_MAX, 0);
        break;
    case 2:
        must_answer(HV_EINVAL, HV_CALL_IRQ_REGISTER, vector,
                    one_in(2) ? (uint64_t)arena.noise : foreign_address(), 0);
        break;
    case 3:
        must_answer(HV_EPERM, HV_CALL_IRQ_REGISTER, foreign, (uint64_t)bare_entry, 0);
        break;
    default:
        must_answer(HV_EPERM, HV_CALL_IRQ_RAISE, foreign, 0, 0);
    }
}

static void restart(void)
{
    call(HV_CALL_PARTITION_RESTART);
}

const struct deed call_deeds[] = {
    {'c', 360, any_call, true},      {'n', 90, no_call, false},      {'N', 60, far_call, false},
    {'v', 480, own_vectors, false},  {'w', 6, wait, true},           {'y', 90, yield, false},
    {'t', 30, write_console, false}, {'f', 330, forge_frame, false}, {'F', 2, find_frame, true},
    {'q', 90, be_refused, false},    {'R', 1, restart, false},       {0, 0, NULL, false},
};
