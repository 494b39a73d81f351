/* SPDX-License-Identifier: BSD-2-Clause */
/* What the CPU does: instructions, interrupts by software, ports, MSRs, segments, flags, x87/SSE.
 */
#include "chaos.h"

/* What comes back is a hole. */
static void must_fault(const struct registers *in, const void *code, const char *what,
                       uint64_t number)
{
    launch(in, code);
    got_through(what, number);
}

static const char *one_of(const char *const *list, const char *const *end)
{
    return list[below((uint64_t)(end - list))];
}

static void privileged_instruction(void)
{
    struct registers in = odd_registers();
    const char *code = one_of(privileged, privileged_end);
    must_fault(&in, code, "the instruction at", (uint64_t)code);
}

static void software_interrupt(void)
{
    struct registers in = odd_registers();
    uint64_t vector = below(HV_VECTORS);
    if (vector == HV_GATE)
        return;
    must_fault(&in, deed_int + vector * INT_SIZE, "int", vector);
}

static void use_msr(void)
{
    static const uint32_t bases[] = {0,     0x10,  0x1B,       0x174,      0x277,
                                     0x400, 0x800, 0xC0000080, 0xC0000100, 0xC0010000};
    struct registers in = odd_registers();
    in.rcx = one_in(4) ? odd() : bases[below(ARRAY_LENGTH(bases))] + below(8);
    must_fault(&in, one_in(2) ? deed_rdmsr : deed_wrmsr, "MSR", in.rcx);
}

static struct registers for_port(uint64_t port)
{
    struct registers in = odd_registers();
    in.rdx = port;
    in.rdi = (uint64_t)arena.noise + below(NOISE_SIZE - 64);
    in.rsi = (uint64_t)arena.noise + below(NOISE_SIZE - 64);
    in.rcx = 1 + below(3);
    return in;
}

static void foreign_port(void)
{
    uint64_t port = one_in(2) ? 0x2F0 + below(32) : below(65536);
    struct registers in = for_port(port);
    if (has_port(port))
        return;
    must_fault(&in, one_of(port_accesses, port_accesses_end), "port", port);
}

/* COM2, where it was granted: to the last byte of it, and beyond. */
static void own_port(void)
{
    struct registers in = for_port(0x2F8 + (one_in(16) ? 7 : below(4)));
    if (!has_port(in.rdx))
        return;
    launch(&in, one_of(port_accesses, port_accesses_end));
}

static void load_segment(void)
{
    static const uint16_t good[] = {0, 1, 2, 3, 0x18, 0x19, 0x1A, 0x1B};
    struct registers in = odd_registers();
    in.rax = good[below(ARRAY_LENGTH(good))];
    /* A null selector is none for SS. */
    launch(&in, segment_loads[(in.rax < 4) + below(3)]);
}

static void load_odd_segment(void)
{
    struct registers in = odd_registers();
    in.rax = one_in(2) ? below(0x50) : odd();
    launch(&in, one_of(segment_loads, segment_loads_end));
}

/* By far jumps, far returns and interrupt returns to any selector: where one leads back, it is in
 * ring 3 still, or hlt and the like would not be faults. */
static void far_away(void)
{
    static const char *const ways[] = {deed_far_jump, deed_far_return, deed_iret};
    struct registers in = odd_registers();
    uint64_t words[6] = {(uint64_t)landing, one_in(2) ? below(0x50) : draw() & 0xFFFF, draw(),
                         GOOD_STACK, one_in(2) ? 0x1B : below(0x50)};
    in.rdi = in.rsp = (uint64_t)arena.noise + below(NOISE_SIZE - sizeof(words));
    in.rflags |= one_in(4) ? (uint64_t)FLAG_NT : 0;
    __builtin_memcpy((void *)in.rsp, words, sizeof(words));
    launch(&in, ways[below(ARRAY_LENGTH(ways))]);
}

/* All but TF, kept over a call: IOPL and IF are not the guest's. */
static void set_flags(void)
{
    struct registers in = odd_registers();
    in.rflags = draw() & ~(uint64_t)FLAG_TF;
    in.rax = one_in(2) ? HV_CALL_CONSOLE_WRITE : HV_CALL_IRQ_STATS;
    in.rdi = one_in(2) ? HV_VECTOR_VIRTUAL : (uint64_t)arena.noise;
    in.rsi = one_in(2) ? (uint64_t)arena.noise : below(16);
    in.rdx = 48;
    launch(&in, deed_flags);
    if (seen_rflags & FLAG_IOPL || !(seen_rflags & FLAG_IF))
        got_through("flags", seen_rflags);
}

static void single_step(void)
{
    struct registers in = odd_registers();
    in.rflags |= FLAG_TF | FLAG_NT;
    in.rax = HV_CALL_VERSION;
    launch(&in, one_in(2) ? deed_call : deed_flags);
}

/* Random x87 and SSE state; one in 64 has bits in MXCSR that no CPU takes. */
static void load_fx(void)
{
    struct registers in = odd_registers();
    uint8_t *image = arena.noise + below(NOISE_SIZE / 16 - 32) * 16;
    uint32_t mxcsr = (uint32_t)draw() & (one_in(64) ? ~0u : 0xFFBFu);
    __builtin_memcpy(image + 24, &mxcsr, sizeof(mxcsr));
    in.rdi = (uint64_t)image;
    launch(&in, deed_fxrstor);
}

static void x87_error(void)
{
    struct registers in = odd_registers();
    in.rdi = (uint64_t)arena.noise + below(NOISE_SIZE);
    launch(&in, one_in(2) ? deed_x87_error : deed_ldmxcsr);
}

static void one_instruction(void)
{
    struct registers in = odd_registers();
    uint64_t slot = below((uint64_t)(slots_end - slots) / SLOT_SIZE);
    if (in.rax == HV_CALL_PARTITION_EXIT)
        in.rax = 0;
    launch(&in, slots + slot * SLOT_SIZE);
}

static void wild_instructions(void)
{
    struct registers in = odd_registers();
    const char *code = one_in(2) ? wild + below((uint64_t)(wild_end - wild))
                                 : slots + below((uint64_t)(slots_end - slots));
    if (in.rax == HV_CALL_PARTITION_EXIT)
        in.rax = 0;
    launch(&in, code);
}

const struct deed cpu_deeds[] = {
    {'x', 4, privileged_instruction, false},
    {'i', 4, software_interrupt, false},
    {'r', 3, use_msr, false},
    {'o', 10, foreign_port, false},
    {'O', 90, own_port, true},
    {'s', 150, load_segment, false},
    {'S', 5, load_odd_segment, false},
    {'l', 2, far_away, true},
    {'g', 240, set_flags, false},
    {'G', 2, single_step, false},
    {'e', 180, load_fx, false},
    {'E', 3, x87_error, false},
    {'b', 8, one_instruction, true},
    {'B', 4, wild_instructions, true},
    {0, 0, NULL, false},
};
