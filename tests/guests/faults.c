/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each kind of fault, one in each life. The guest says what it tries and what the hypervisor should
 * report; test_faults.py compares the two.
 */
#include "guest.h"

#define NO_ADDR 1ul

struct kind {
    const char *name;
    const char *what; /* the report's word, or two with a | between */
    const char *code;
    const char *fault; /* the instruction that faults */
    uint64_t addr;     /* of a page fault */
};

/* Defines what to run: `setup` in front of the faulting instruction, RDI = where memory is to be
 * touched. */
#define FAULT_CODE(name, setup, instruction)                                                       \
    extern const char code_##name[], fault_##name[];                                               \
    __asm__(".text\n"                                                                              \
            "code_" #name ":\n" setup "\nfault_" #name ":\n" instruction "\nret\n")

#define MEMORY_END  (HV_MEM_BASE + HV_MEM_DEFAULT)
#define GUARD_PAGE  (MEMORY_END - HV_STACK_SIZE - HV_PAGE_SIZE)
#define NOT_A_PLACE 0x0000800000000000

FAULT_CODE(divide, "xorl %ecx, %ecx; movl $1, %eax; cltd", "idivl %ecx");
FAULT_CODE(overflow, "movl $0x80000000, %eax; cltd; movl $-1, %ecx", "idivl %ecx");
FAULT_CODE(ud2, "", "ud2");
FAULT_CODE(trap_flag, "pushfq; orl $0x100, (%rsp); popfq; nop", "");
FAULT_CODE(trap_flag_call, "xorl %eax, %eax; pushfq; orl $0x100, (%rsp); popfq; int $0x80", "nop");
FAULT_CODE(icebp, ".byte 0xF1", "");
FAULT_CODE(int3, "", "int3");
FAULT_CODE(int_0, "", "int $0");
FAULT_CODE(int_2, "", "int $2");
FAULT_CODE(int_3, "", ".byte 0xCD, 3");
FAULT_CODE(int_8, "", "int $8");
FAULT_CODE(int_14, "", "int $14");
FAULT_CODE(int_18, "", "int $18");
FAULT_CODE(int_32, "", "int $32");
FAULT_CODE(int_47, "", "int $47");
FAULT_CODE(int_48, "", "int $48");
FAULT_CODE(int_7f, "", "int $0x7F");
FAULT_CODE(int_81, "", "int $0x81");
FAULT_CODE(int_255, "", "int $255");
FAULT_CODE(syscall, "", "syscall");
FAULT_CODE(sysenter, "", "sysenter");
FAULT_CODE(sysret, "", "sysretq");
FAULT_CODE(hlt, "", "hlt");
FAULT_CODE(cli, "", "cli");
FAULT_CODE(sti, "", "sti");
FAULT_CODE(invd, "", "invd");
FAULT_CODE(wbinvd, "", "wbinvd");
FAULT_CODE(invlpg, "", "invlpg (%rdi)");
FAULT_CODE(swapgs, "", "swapgs");
FAULT_CODE(clts, "", "clts");
FAULT_CODE(read_cr0, "", "mov %cr0, %rax");
FAULT_CODE(write_cr3, "xorl %eax, %eax", "mov %rax, %cr3");
FAULT_CODE(write_cr4, "xorl %eax, %eax", "mov %rax, %cr4");
FAULT_CODE(read_dr7, "", "mov %dr7, %rax");
FAULT_CODE(rdmsr, "movl $0xC0000080, %ecx", "rdmsr");
FAULT_CODE(wrmsr, "movl $0x1B, %ecx; xorl %eax, %eax; xorl %edx, %edx", "wrmsr");
FAULT_CODE(rdpmc, "xorl %ecx, %ecx", "rdpmc");
FAULT_CODE(lgdt, "", "lgdt (%rsp)");
FAULT_CODE(lidt, "", "lidt (%rsp)");
FAULT_CODE(ltr, "movl $0x28, %eax", "ltr %ax");
FAULT_CODE(xgetbv, "xorl %ecx, %ecx", "xgetbv");
FAULT_CODE(wrfsbase, "xorl %eax, %eax", "wrfsbase %rax");
FAULT_CODE(vmmcall, "", "vmmcall");
FAULT_CODE(bad_ds, "movl $0x1230, %eax", "mov %ax, %ds");
FAULT_CODE(local_ds, "movl $0x1234, %eax", "mov %ax, %ds");
FAULT_CODE(kernel_ss, "movl $0x10, %eax", "mov %ax, %ss");
FAULT_CODE(kernel_cs, "movabsq $0x800400000, %rax; pushq %rax", "ljmpl *(%rsp)");
FAULT_CODE(in_pic, "", "inb $0x20, %al");
FAULT_CODE(out_pic, "movb $0xFF, %al", "outb %al, $0x21");
FAULT_CODE(out_pit, "movb $0, %al", "outb %al, $0x43");
FAULT_CODE(out_reset, "movb $0xFE, %al", "outb %al, $0x64");
FAULT_CODE(out_exit, "movl $0x10, %eax", "outl %eax, $0xF4");
FAULT_CODE(in_console, "movl $0x3FD, %edx", "inb %dx, %al");
FAULT_CODE(out_pci, "movl $0xCF8, %edx", "outl %eax, %dx");
FAULT_CODE(in_zero, "xorl %edx, %edx", "inb %dx, %al");
FAULT_CODE(in_last, "movl $0xFFFF, %edx", "inb %dx, %al");
FAULT_CODE(in_beyond, "movl $0xFFFF, %edx", "inl %dx, %eax");
FAULT_CODE(insb, "movl $0x60, %edx", "insb");
FAULT_CODE(read, "", "movb (%rdi), %al");
FAULT_CODE(write, "", "movb $1, (%rdi)");
FAULT_CODE(jump, "", "jmp *%rdi");
FAULT_CODE(stack, "mov %rdi, %rsp", "pushq %rax");
FAULT_CODE(frame_pointer, "mov %rdi, %rbp", "movb (%rbp), %al");
FAULT_CODE(x87,
           "fninit; pushq $0x037B; fldcw (%rsp); addq $8, %rsp; fld1; fldz; fdivrp; .byte 0x9B;"
           "",
           "");

#define KIND(name, what, addr)                                                                     \
    {                                                                                              \
#name, what, code_##name, fault_##name, addr                                               \
    }
#define LIKE(name, code, what, addr)                                                               \
    {                                                                                              \
        name, what, code_##code, fault_##code, addr                                                \
    }

extern const char probe_return[];
static char data[16];

static const struct kind kinds[] = {
    KIND(divide, "#DE", NO_ADDR),
    KIND(overflow, "#DE", NO_ADDR),
    KIND(ud2, "#UD", NO_ADDR),
    KIND(trap_flag, "#DB", NO_ADDR),
    KIND(trap_flag_call, "#DB", NO_ADDR),
    KIND(icebp, "#DB|#UD", NO_ADDR),
    KIND(int3, "#GP|#BP", NO_ADDR),
    KIND(int_0, "#GP", NO_ADDR),
    KIND(int_2, "#GP", NO_ADDR),
    KIND(int_3, "#GP|#BP", NO_ADDR),
    KIND(int_8, "#GP", NO_ADDR),
    KIND(int_14, "#GP", NO_ADDR),
    KIND(int_18, "#GP", NO_ADDR),
    KIND(int_32, "#GP", NO_ADDR),
    KIND(int_47, "#GP", NO_ADDR),
    KIND(int_48, "#GP", NO_ADDR),
    KIND(int_7f, "#GP", NO_ADDR),
    KIND(int_81, "#GP", NO_ADDR),
    KIND(int_255, "#GP", NO_ADDR),
    KIND(syscall, "#UD", NO_ADDR),
    KIND(sysenter, "#GP|#UD", NO_ADDR),
    KIND(sysret, "#GP|#UD", NO_ADDR),
    KIND(hlt, "#GP", NO_ADDR),
    KIND(cli, "#GP", NO_ADDR),
    KIND(sti, "#GP", NO_ADDR),
    KIND(invd, "#GP", NO_ADDR),
    KIND(wbinvd, "#GP", NO_ADDR),
    KIND(invlpg, "#GP", NO_ADDR),
    KIND(swapgs, "#GP", NO_ADDR),
    KIND(clts, "#GP", NO_ADDR),
    KIND(read_cr0, "#GP", NO_ADDR),
    KIND(write_cr3, "#GP", NO_ADDR),
    KIND(write_cr4, "#GP", NO_ADDR),
    KIND(read_dr7, "#GP", NO_ADDR),
    KIND(rdmsr, "#GP", NO_ADDR),
    KIND(wrmsr, "#GP", NO_ADDR),
    KIND(rdpmc, "#GP", NO_ADDR),
    KIND(lgdt, "#GP", NO_ADDR),
    KIND(lidt, "#GP", NO_ADDR),
    KIND(ltr, "#GP", NO_ADDR),
    KIND(xgetbv, "#UD", NO_ADDR),
    KIND(wrfsbase, "#UD", NO_ADDR),
    KIND(vmmcall, "#UD", NO_ADDR),
    KIND(bad_ds, "#GP", NO_ADDR),
    KIND(local_ds, "#GP", NO_ADDR),
    KIND(kernel_ss, "#GP", NO_ADDR),
    KIND(kernel_cs, "#GP", NO_ADDR),
    KIND(in_pic, "#GP", NO_ADDR),
    KIND(out_pic, "#GP", NO_ADDR),
    KIND(out_pit, "#GP", NO_ADDR),
    KIND(out_reset, "#GP", NO_ADDR),
    KIND(out_exit, "#GP", NO_ADDR),
    KIND(in_console, "#GP", NO_ADDR),
    KIND(out_pci, "#GP", NO_ADDR),
    KIND(in_zero, "#GP", NO_ADDR),
    KIND(in_last, "#GP", NO_ADDR),
    KIND(in_beyond, "#GP", NO_ADDR),
    KIND(insb, "#GP", NO_ADDR),
    LIKE("read address 0", read, "#PF", 0),
    LIKE("read before the memory", read, "#PF", HV_MEM_BASE - 0x1123),
    LIKE("read after the memory", read, "#PF", MEMORY_END),
    LIKE("read the guard page", read, "#PF", GUARD_PAGE + 0x123),
    LIKE("read physical memory", read, "#PF", 0x100000),
    LIKE("read the upper half", read, "#PF", 0xFFFFFFFF80100000),
    LIKE("read no canonical address", read, "#GP", NOT_A_PLACE),
    LIKE("write address 0", write, "#PF", 0),
    LIKE("write the guard page", write, "#PF", GUARD_PAGE),
    LIKE("write code", write, "#PF", (uint64_t)code_write),
    LIKE("write constants", write, "#PF", (uint64_t)kinds),
    LIKE("run data", jump, "#PF", (uint64_t)data),
    LIKE("run the stack", jump, "#PF", MEMORY_END - 64),
    LIKE("run the rest of the memory", jump, "#PF", GUARD_PAGE - 64),
    LIKE("run constants", jump, "#PF", (uint64_t)kinds),
    LIKE("run the upper half", jump, "#PF", 0xFFFFFFFF80100000),
    LIKE("push into the guard page", stack, "#PF", GUARD_PAGE + HV_PAGE_SIZE),
    LIKE("push at no canonical address", stack, "#SS|#GP", NOT_A_PLACE + 64),
    LIKE("frame pointer at no canonical address", frame_pointer, "#SS|#GP", NOT_A_PLACE),
    LIKE("x87 error unmasked", x87, "#MF", NO_ADDR),
};

/* What the report says besides WHAT: RIP is the instruction itself, or where a jump went, or any:
 * whether 0xF1 is a trap (RIP behind it) or unknown is the emulator's choice, and whether IRETQ
 * with TF set traps at once or after the next instruction. */
static void announce(const struct kind *kind)
{
    bool page_fault = kind->what[1] == 'P';
    bool jumped = kind->code == code_jump;
    bool pushed = kind->code == code_stack;
    uint64_t addr = kind->addr - (pushed ? 8 : 0);
    uint64_t rip = jumped ? addr : (uint64_t)kind->fault;
    if (kind->code == code_x87)
        rip -= 1; /* the waiting instruction */
    if (page_fault)
        say("try %s: %s rip=0x%lx addr=0x%lx outstanding=0", kind->name, kind->what, rip, addr);
    else if (kind->code == code_icebp || kind->code == code_trap_flag_call)
        say("try %s: %s outstanding=0", kind->name, kind->what);
    else
        say("try %s: %s rip=0x%lx outstanding=0", kind->name, kind->what, rip);
}

void run(void)
{
    unsigned life = PAGE->restarts;
    tap_continue(life);
    if (life == ARRAY_LENGTH(kinds))
        return;
    OK(life < ARRAY_LENGTH(kinds), "life %u", life);
    const struct kind *kind = &kinds[life];
    announce(kind);
    void (*code)(uint64_t) = (void (*)(uint64_t))(uint64_t)kind->code;
    code(kind->addr);
    say("not ok - %s was no fault", kind->name);
    call(HV_CALL_PARTITION_RESTART);
}
