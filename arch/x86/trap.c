/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/x86/trap.h"
#include "arch/x86/cpu.h"
#include "arch/x86/pic.h"
#include "arch/x86/stacks.h"
#include "hv/arch.h"
#include "hv/health.h"
#include "hv/irq.h"
#include "hv/partition.h"

enum { EXCEPTION_DF = 8, EXCEPTION_GP = 13, EXCEPTION_MC = 18 };

extern const uint8_t text_start[], text_end[];

void trap_exception(struct frame *frame)
{
    if (frame->vector == EXCEPTION_MC)
        trap_stop(frame, "machine check");
    if (!(frame->cs & 3) || frame->vector == EXCEPTION_DF)
        trap_stop(frame, "exception in the hypervisor");
    health_fault(cpu.current, (unsigned)frame->vector, read_cr2());
}

void trap_interrupt(uint64_t vector)
{
    unsigned line = (unsigned)vector - HV_VECTOR_LINE;

    if (!pic_is_real(line)) {
        irq_spurious(line);
        pic_end(line, false);
        return;
    }
    irq_line(line);
    pic_end(line, true);
}

void trap_tick(void)
{
    pic_end(0, true);
    irq_tick();
}

void trap_stray(void)
{
    cpu.strays++;
}

void trap_nmi(void)
{
    cpu.nmis++;
}

void trap_bad_rip(void)
{
    health_fault(cpu.current, EXCEPTION_GP, 0);
}

void trap_stop(const struct frame *frame, const char *what)
{
    static bool stopping;

    if (stopping)
        health_stop(); /* the report itself failed */
    stopping = true;
    health_say("stopped: %s: %s, error 0x%lx", what, health_fault_name((unsigned)frame->vector),
               frame->error);
    health_say("rip=0x%016lx cs=0x%lx rflags=0x%lx cr2=0x%lx", frame->rip, frame->cs, frame->rflags,
               read_cr2());
    health_say("rsp=0x%016lx rbp=0x%016lx rax=0x%016lx", frame->rsp, frame->rbp, frame->rax);
    health_say("rbx=0x%016lx rcx=0x%016lx rdx=0x%016lx", frame->rbx, frame->rcx, frame->rdx);
    health_say("rsi=0x%016lx rdi=0x%016lx r8 =0x%016lx", frame->rsi, frame->rdi, frame->r8);
    health_say("r9 =0x%016lx r10=0x%016lx r11=0x%016lx", frame->r9, frame->r10, frame->r11);
    health_say("r12=0x%016lx r13=0x%016lx r14=0x%016lx", frame->r12, frame->r13, frame->r14);
    health_say("r15=0x%016lx", frame->r15);
    if (cpu.current)
        health_say("current vCPU %u: %s, guest rip=0x%lx", cpu.current->id,
                   cpu.current->partition->config->name, cpu.current->frame.rip);
    arch_backtrace();
    health_stop();
}

/* Whether `address` follows a call in the text (Intel SDM volume 2, CALL: E8 and four bytes, or FF
 * with two to seven, of which the shortest forms are looked for). */
static bool follows_call(uint64_t address)
{
    const uint8_t *after = (const uint8_t *)address;

    if (after < text_start + 7 || after >= text_end)
        return false;
    return after[-5] == 0xE8 || after[-2] == 0xFF || after[-3] == 0xFF || after[-7] == 0xFF;
}

/* The hypervisor keeps no frame pointers, which would cost every path: what looks like a return
 * address on its stack is shown. `addr2line -e build/belfry.debug` names them. */
void arch_backtrace(void)
{
    const uint64_t *word = __builtin_frame_address(0);
    const uint64_t *end = (const uint64_t *)stack_end(STACK_HV);
    unsigned shown = 0;

    if (word < (const uint64_t *)&stacks[STACK_HV].bytes || word >= end)
        word = (const uint64_t *)&stacks[STACK_HV].bytes;
    for (; word < end && shown < 16; word++)
        if (follows_call(*word)) {
            health_say("called from 0x%lx", *word);
            shown++;
        }
}
