/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One upcall: when it is made, its frame, the registers and flags in it and after it.
 *
 * system: upcall vector=48 vector=49
 */
#include "guest.h"

extern const char probe_return[];

static struct hv_upcall frame;
static struct registers entry;
static uint64_t stack_seen; /* RSP of the entry, as it was */
static unsigned upcalls;
static uint8_t disabled_inside, pending_inside;
static uint64_t red_zone[16];

static void keep(struct hv_upcall *made, struct registers *registers)
{
    frame = *made;
    entry = *registers;
    stack_seen = (uint64_t)made;
    disabled_inside = PAGE->irq_disabled;
    pending_inside = PAGE->irq_pending;
    upcalls++;
}

static void check_protocol(void)
{
    on_upcall = keep;
    must_register(48);
    IS(call(HV_CALL_IRQ_RAISE, 48, 0), 0, "raise");
    IS(upcalls, 0, "no upcall while interrupts are disabled");
    IS(PAGE->irq_pending, 1, "irq_pending says that something waits");
    IS(PAGE->irq_disabled, 1, "irq_disabled stays");
    call(HV_CALL_IRQ_POLL);
    IS(upcalls, 0, "POLL makes none while interrupts are disabled");
    PAGE->irq_disabled = 0;
    IS(call(HV_CALL_IRQ_POLL), 0, "POLL answers 0");
    IS(upcalls, 1, "POLL's return makes the upcall that is due");
    IS(disabled_inside, 1, "interrupts are disabled in it");
    IS(pending_inside, 0, "what is in service is not pending");
    IS(PAGE->irq_disabled, 0, "and enabled after it");
    IS(PAGE->irq_pending, 0, "nothing is pending any longer");
    call(HV_CALL_IRQ_POLL);
    IS(upcalls, 1, "one upcall for one occurrence");
    interrupts_disable();
    call(HV_CALL_IRQ_RAISE, 48, 0);
    call(HV_CALL_IRQ_RAISE, 48, 0);
    interrupts_enable();
    IS(upcalls, 2, "one upcall for two occurrences");
    IS(frame.count, 2, "that says so");
    PAGE->irq_disabled = 0x80;
    call(HV_CALL_IRQ_RAISE, 48, 0);
    IS(upcalls, 2, "any value but 0 disables");
    PAGE->irq_disabled = 0;
    call(HV_CALL_VERSION);
    IS(upcalls, 3, "the return of any call makes the upcall that is due");
    call(HV_CALL_IRQ_RAISE, 48, 0);
    IS(upcalls, 4, "also of the RAISE itself");
    call(HV_CALL_IRQ_MASK, 48);
    interrupts_disable();
    call(HV_CALL_IRQ_RAISE, 48, 0);
    PAGE->irq_disabled = 0;
    call(1000);
    IS(upcalls, 4, "(masked)");
    interrupts_disable();
    call(HV_CALL_IRQ_UNMASK, 48);
    PAGE->irq_disabled = 0;
    IS(call(1000), HV_ENOSYS, "a failed call's status");
    IS(upcalls, 5, "and its return makes the upcall too");
}

static struct registers pattern(uint64_t number, uint64_t flags)
{
    return (struct registers){.rax = number,
                              .rbx = 0xB1B1B1B1B1B1B1B1,
                              .rcx = 0xC1C1C1C1C1C1C1C1,
                              .rdx = 0xD1D1D1D1D1D1D1D1,
                              .rsi = 0,
                              .rdi = 48,
                              .rbp = 0xB2B2B2B2B2B2B2B2,
                              .r8 = 0x0808080808080808,
                              .r9 = 0x0909090909090909,
                              .r10 = 0x1010101010101010,
                              .r11 = 0x1111111111111111,
                              .r12 = 0x1212121212121212,
                              .r13 = 0x1313131313131313,
                              .r14 = 0x1414141414141414,
                              .r15 = 0x1515151515151515,
                              .rflags = flags};
}

/* All but RAX, RSP and RFLAGS. */
static bool same(const struct registers *a, const struct registers *b)
{
    return a->rbx == b->rbx && a->rcx == b->rcx && a->rdx == b->rdx && a->rsi == b->rsi &&
           a->rdi == b->rdi && a->rbp == b->rbp && a->r8 == b->r8 && a->r9 == b->r9 &&
           a->r10 == b->r10 && a->r11 == b->r11 && a->r12 == b->r12 && a->r13 == b->r13 &&
           a->r14 == b->r14 && a->r15 == b->r15;
}

#define STATUS_FLAGS (FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF)
#define BASE_FLAGS   (FLAG_ALWAYS | FLAG_IF)

static void check_registers(void)
{
    uint64_t flags = BASE_FLAGS | FLAG_DF | FLAG_AC | FLAG_ID | FLAG_NT | STATUS_FLAGS;
    struct registers in = pattern(HV_CALL_IRQ_RAISE, flags), out;
    unsigned before = upcalls;
    probe(&in, &out);
    IS(upcalls, before + 1, "an upcall on the return of RAISE, all registers filled");
    IS(frame.vector, 48, "frame: vector");
    IS(frame.count, 1, "frame: count");
    IS(frame.upcall, stats_of(48).upcalls, "frame: the upcall's number, as IRQ_STATS counts");
    IS(frame.rax, 0, "frame: RAX as interrupted, the result of RAISE");
    IS(frame.rip, probe_return, "frame: RIP, after the call");
    IS(frame.rflags, flags, "frame: RFLAGS as interrupted");
    IS(frame.rsp, out.rsp, "frame: RSP as interrupted");
    IS(stack_seen % 64, 0, "the frame is aligned to 64 bytes");
    IS(stack_seen, (frame.rsp - 192) & ~63ul, "at the highest such address below the red zone");
    IS(entry.rax, 48, "entry: RAX is the vector");
    OK(same(&entry, &in), "entry: the other registers are as they were");
    IS(entry.rflags & (FLAG_DF | FLAG_TF | FLAG_NT | FLAG_AC), 0, "entry: DF TF NT AC are clear");
    IS(entry.rflags & FLAG_IF, FLAG_IF, "entry: IF is set, as it always is");
    IS(out.rax, 0, "afterwards: RAX is the call's result");
    OK(same(&out, &in), "afterwards: the other registers are as they were");
    IS(out.rflags, flags & ~(uint64_t)FLAG_NT, "afterwards: RFLAGS as it was, NT cleared");
}

/* Each flag alone: set and clear come back as they were. */
static void check_flags(void)
{
    for (unsigned bit = 0; bit < 22; bit++) {
        uint64_t flag = 1ul << bit;
        if (!(flag & (STATUS_FLAGS | FLAG_DF | FLAG_AC | FLAG_ID)))
            continue;
        struct registers in = pattern(HV_CALL_IRQ_RAISE, BASE_FLAGS | flag), out;
        probe(&in, &out);
        if (out.rflags != (BASE_FLAGS | flag))
            OK(false, "flag 0x%lx: came back as 0x%lx", flag, out.rflags);
    }
    OK(true, "each flag comes back from an upcall");
}

/* It goes no further than into the frame: the guest's own #DB would be a fault. */
static void check_trap_flag(void)
{
    struct registers in = pattern(HV_CALL_IRQ_RAISE, BASE_FLAGS | FLAG_TF), out;
    probe(&in, &out);
    IS(frame.rflags, BASE_FLAGS | FLAG_TF, "TF: in the frame as interrupted");
    IS(entry.rflags & FLAG_TF, 0, "TF: clear at the entry");
    IS(out.rflags, BASE_FLAGS, "TF: not taken from the frame");
}

static void check_red_zone(void)
{
    __asm__ volatile("movl $16, %%ecx\n"
                     "1: movq %%rcx, -136(%%rsp, %%rcx, 8)\n"
                     "loop 1b\n"
                     "movl %0, %%eax\n"
                     "movl $48, %%edi\n"
                     "xorl %%esi, %%esi\n"
                     "int $0x80\n"
                     "movl $16, %%ecx\n"
                     "2: movq -136(%%rsp, %%rcx, 8), %%rax\n"
                     "movq %%rax, -8(%1, %%rcx, 8)\n"
                     "loop 2b\n" ::"i"(HV_CALL_IRQ_RAISE),
                     "r"(red_zone)
                     : "rax", "rcx", "rdi", "rsi", "memory", "cc");
    bool kept = true;
    for (uint64_t i = 0; i < ARRAY_LENGTH(red_zone); i++)
        kept &= red_zone[i] == i + 1;
    OK(kept, "the red zone is left alone");
}

/* The stack at each of 64 bytes: the frame's address is as said. */
static void check_alignment(void)
{
    bool all = true;
    for (uint64_t shift = 0; shift < 128; shift++) {
        uint64_t number = HV_CALL_IRQ_RAISE;
        __asm__ volatile("subq %1, %%rsp\n"
                         "int $0x80\n"
                         "addq %1, %%rsp\n"
                         : "+a"(number)
                         : "r"(shift), "D"(48ul), "S"(0ul)
                         : "memory", "cc");
        all &= stack_seen % 64 == 0 && stack_seen <= frame.rsp - 192 &&
               stack_seen > frame.rsp - 192 - 64;
    }
    OK(all, "the frame is aligned and clear of the red zone at every RSP");
}

static void check_entries(void)
{
    IS(call(HV_CALL_IRQ_REGISTER, 49, upcall_entry_other), 0, "another entry for vector 49");
    call(HV_CALL_IRQ_RAISE, 48, 0);
    IS(upcall_others, 0, "vector 48 has its own");
    call(HV_CALL_IRQ_RAISE, 49, 0);
    IS(upcall_others, 1, "vector 49 has the other");
    IS(frame.vector, 49, "and says so");
    call(HV_CALL_IRQ_UNREGISTER, 49);
    must_register(49);
    call(HV_CALL_IRQ_RAISE, 49, 0);
    IS(upcall_others, 1, "registered afresh, it has the new one");
    IS(frame.vector, 49, "at vector 49");
}

void run(void)
{
    check_protocol();
    check_registers();
    check_flags();
    check_trap_flag();
    check_red_zone();
    check_alignment();
    check_entries();
}
