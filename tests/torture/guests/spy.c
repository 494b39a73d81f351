/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks for what is not its own: at the start of each life in all of its memory, in all registers,
 * selectors, x87 and SSE, and in the stats of all vectors. Then it leaves a secret in each of these
 * places, lets the others run, and ends its life in some way. The secrets are anybody's who hears
 * of them: what the next life, or another partition, finds is not what ABI.md says of a start.
 * `lives`.
 */
#include "guest.h"

#define OWN    48
#define SECRET 0x5EC2E70000000000ul

/* Ends its life with a secret in every register: by a fault, by a bad stack, by a call. */
_Noreturn void spy_end(uint64_t secret, uint64_t number, const char *how);
extern const char spy_fault[], spy_call[];
__asm__(".text\n"
        "spy_end:\n"
        "    mov %rdi, %rax\n"
        "    mov %rdx, %r15\n"
        "    movq %rax, %xmm0\n"
        "    pshufd $0x44, %xmm0, %xmm0\n"
        ".irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
        "    movaps %xmm0, %xmm\\n\n"
        ".endr\n"
        "    push %rax\n"
        ".rept 8\n"
        "    fildll (%rsp)\n"
        ".endr\n"
        "    movl $0x9F80, (%rsp)\n" /* MXCSR: flush to zero */
        "    ldmxcsr (%rsp)\n"
        "    mov %cs, %ecx\n" /* no segment register but CS starts with it */
        "    mov %ecx, %ds\n mov %ecx, %es\n mov %ecx, %fs\n mov %ecx, %gs\n"
        ".irp r, rbx,rcx,rdx,rdi,rbp,r8,r9,r10,r11,r12,r13,r14\n"
        "    mov %rax, %\\r\n"
        ".endr\n"
        "    xchg %rsi, %rax\n" /* the number of a call; the secret is in RSI */
        "    jmp *%r15\n"
        "spy_call: mov %rsi, %r15\n"
        "    int $0x80\n"
        "spy_fault: ud2\n");

static unsigned found;

static void must(bool holds, const char *what, uint64_t at, uint64_t value)
{
    if (!holds && found++ < 8)
        tap_note("life %u: %s 0x%lx: 0x%lx", PAGE->restarts, what, at, value);
}

static uint64_t stack_bottom(void)
{
    return start_state.registers.rsp - HV_STACK_SIZE;
}

/* What follows the image, from a whole word on. */
static uint64_t rest_of_data(void)
{
    return ((uint64_t)_end + 7) & ~7ul;
}

static void look_at_memory(uint64_t from, uint64_t to)
{
    for (const uint64_t *word = (const uint64_t *)from; word < (const uint64_t *)to; word++)
        must(*word == 0, "memory at", (uint64_t)word, *word);
}

static void look_at_page(void)
{
    const volatile uint8_t *bytes = (const volatile uint8_t *)PAGE;
    for (unsigned at = 256; at < HV_PAGE_SIZE; at++)
        must(bytes[at] == 0, "reserved byte of the vCPU page", at, bytes[at]);
}

static void look_at_registers(void)
{
    const uint64_t *each = (const uint64_t *)&start_state.registers;
    for (unsigned i = 0; i < 16; i++)
        must(each[i] == 0 || i == 5 || i == 7, "register", i, each[i]);
    must(start_state.registers.rflags == HV_RFLAGS_INIT, "RFLAGS", 0, start_state.registers.rflags);
}

static void look_at_selectors(void)
{
    uint16_t seen[5];
    __asm__ volatile("mov %%ss, %0\n mov %%ds, %1\n mov %%es, %2\n mov %%fs, %3\n mov %%gs, %4"
                     : "=m"(seen[0]), "=m"(seen[1]), "=m"(seen[2]), "=m"(seen[3]), "=m"(seen[4]));
    for (unsigned i = 1; i < 5; i++)
        must(seen[i] == seen[0], "selector", i, seen[i]);
}

/* FXSAVE's image after FNINIT, all vector registers 0: FCW, MXCSR, the mask that the CPU has. */
static void look_at_fx(void)
{
    for (unsigned i = 0; i < 416; i++) {
        bool known = i < 2 || (i >= 24 && i < 32);
        must(known || start_state.fx[i] == 0, "byte of x87 and SSE", i, start_state.fx[i]);
    }
    must(start_state.fx[0] == 0x7F && start_state.fx[1] == 0x03, "FCW", 0, start_state.fx[1]);
    must(start_state.fx[24] == (HV_MXCSR_INIT & 0xFF) && start_state.fx[25] == HV_MXCSR_INIT >> 8,
         "MXCSR", 0, start_state.fx[25]);
}

static void look_at_stats(void)
{
    for (unsigned vector = HV_VECTOR_LINE; vector < HV_VECTORS; vector++) {
        struct hv_irq_stats stats = {0};
        if (vector == HV_GATE)
            continue;
        stats = stats_of(vector);
        uint64_t all = stats.raised | stats.acknowledged | stats.discarded | stats.outstanding |
                       stats.upcalls | stats.held;
        must(all == 0, "stats of vector", vector, all);
    }
}

static void ignore(struct hv_upcall *frame, struct registers *entry)
{
    (void)frame;
    (void)entry;
}

static void leave_secrets(uint64_t secret)
{
    uint64_t guard = stack_bottom() - HV_PAGE_SIZE;
    for (uint64_t *word = (uint64_t *)rest_of_data(); word < (uint64_t *)guard; word++)
        *word = secret;
    for (uint64_t *word = (uint64_t *)stack_bottom();
         word < (uint64_t *)(stack_bottom() + HV_STACK_SIZE / 2); word++)
        *word = secret;
    __builtin_memset((void *)(start_state.registers.rdi + 256), 0x5E, HV_PAGE_SIZE - 256);
    call(HV_CALL_IRQ_REGISTER, OWN, upcall_entry);
    for (uint64_t n = 0; n < 3 + secret % 5; n++)
        call(HV_CALL_IRQ_RAISE, OWN, 0);
    call(HV_CALL_IRQ_ACK, OWN, 2);
    if (argument("upcalls", 0)) {
        interrupts_enable();
        interrupts_disable();
        call(HV_CALL_IRQ_RAISE, OWN, 0);
    }
}

static void end_life(uint64_t life, uint64_t secret)
{
    if (life % 3 == 0)
        spy_end(secret, HV_CALL_PARTITION_RESTART, spy_call);
    if (life % 3 == 1)
        spy_end(secret, 0, spy_fault);
    PAGE->irq_disabled = 0;
    spy_end(secret, HV_CALL_IRQ_RETURN, spy_call);
}

void run(void)
{
    uint64_t life = PAGE->restarts, secret = SECRET | (uint64_t)PAGE->partition_id << 32 | life;
    on_upcall = ignore;
    look_at_selectors();
    look_at_registers();
    look_at_fx();
    look_at_memory(rest_of_data(), stack_bottom() - HV_PAGE_SIZE);
    look_at_memory(stack_bottom(), start_state.registers.rsp - 8192);
    look_at_page();
    look_at_stats();
    if (found)
        OK(false, "life %lu: %u places held something", life, found);
    if (found || life == argument("lives", 10)) {
        OK(true, "%lu lives", life);
        return;
    }
    leave_secrets(secret);
    for (uint64_t n = argument("yields", 4); n > 0; n--)
        call(HV_CALL_VCPU_YIELD);
    end_life(life, secret);
}
