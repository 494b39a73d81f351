/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PARTITION_RESTART: each life starts afresh, in memory that is zero, with counters that are zero.
 * The last one has no restart left.
 *
 * system: restart mem=1M restarts=3 vector=48 line=0 ports=0x2ff -- life
 * exit: 37
 * expect: ^restart: 1\.\.36$
 * reject: a fifth life
 */
#include "guest.h"

#define CHECKS_IN_LIFE 9
#define LIVES          4

static uint64_t zero[1000];
static uint64_t value = 42;

static bool all_zero(const volatile uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static char *stack(void)
{
    return (char *)start_state.registers.rsp - HV_STACK_SIZE;
}

static void check_life(void)
{
    const struct registers *r = &start_state.registers;
    OK((r->rax | r->rbx | r->rcx | r->rdx | r->rsi | r->rbp | r->r8 | r->r9 | r->r10 | r->r11 |
        r->r12 | r->r13 | r->r14 | r->r15) == 0 &&
           r->rflags == HV_RFLAGS_INIT && r->rsp == HV_MEM_BASE + PAGE->mem_size,
       "life %u: registers as at the start", PAGE->restarts);
    OK(start_state.fx[0] == 0x7F && start_state.fx[4] == 0 && all_zero(start_state.fx + 32, 384),
       "x87 and SSE as at the start");
    OK(all_zero((uint8_t *)zero, sizeof(zero)) && value == 42, ".bss and .data are fresh");
    OK(all_zero((uint8_t *)_end, (size_t)(stack() - HV_PAGE_SIZE - _end)), "the memory is 0");
    OK(all_zero((uint8_t *)stack(), HV_STACK_SIZE - 8192), "the stack is 0");
    OK(PAGE->irq_disabled == 1 && PAGE->irq_pending == 0 && PAGE->args[0] == 'l' &&
           PAGE->args[4] == 0 && PAGE->magic == HV_PAGE_MAGIC &&
           all_zero((const volatile uint8_t *)PAGE + 256, HV_PAGE_SIZE - 256),
       "the vCPU page is fresh");
    struct hv_irq_stats stats = stats_of(48), line = stats_of(32);
    OK((stats.raised | stats.acknowledged | stats.discarded | stats.upcalls | line.raised |
        line.acknowledged | line.discarded | line.upcalls) == 0,
       "counters are 0");
}

static void no_handler(struct hv_upcall *frame, struct registers *entry)
{
    (void)frame;
    (void)entry;
}

/* Leaves everything as different as can be. */
static void scribble(void)
{
    on_upcall = no_handler;
    must_register(48);
    must_register(32);
    interrupts_enable();
    for (int i = 0; i < 5; i++)
        call(HV_CALL_IRQ_RAISE, 48, 0);
    interrupts_disable();
    call(HV_CALL_IRQ_RAISE, 48, 0);
    call(HV_CALL_IRQ_MASK, 48);
    spin_us(3000);
    out8(0x2FF, 0x5A);
    value = 7;
    __builtin_memset(zero, 0xAA, sizeof(zero));
    __builtin_memset(_end, 0xBB, (size_t)(stack() - HV_PAGE_SIZE - _end));
    __builtin_memset(stack(), 0xCC, HV_STACK_SIZE - 8192);
    __builtin_memset((char *)start_state.registers.rdi + 64, 0xDD, HV_PAGE_SIZE - 64);
    __asm__ volatile("fldpi; pcmpeqd %%xmm5, %%xmm5; std" ::: "memory");
    call3(HV_CALL_PARTITION_RESTART, 0, 0, 0);
}

void run(void)
{
    unsigned life = PAGE->restarts;
    if (life >= LIVES)
        say("a fifth life");
    tap_continue(life * CHECKS_IN_LIFE);
    check_life();
    if (life == LIVES - 1) {
        must_register(48);
        OK(call(HV_CALL_IRQ_RAISE, 48, 0) == 0 && PAGE->irq_pending, "the grants are kept");
        say("1..%u", LIVES * CHECKS_IN_LIFE);
        call(HV_CALL_PARTITION_RESTART);
        say("not ok - a restart too many");
    }
    scribble();
}
