/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions that are not a guest's to execute: each must be a fault. */
#include <stddef.h>
#include "attempts.h"

/* A function for each, named by the first word; the second is its text. */
#define INSTRUCTIONS(X)                                                                            \
    X(hlt, "hlt")                                                                                  \
    X(cli, "cli")                                                                                  \
    X(sti, "sti")                                                                                  \
    X(clts, "clts")                                                                                \
    X(invd, "invd")                                                                                \
    X(wbinvd, "wbinvd")                                                                            \
    X(swapgs, "swapgs")                                                                            \
    X(invlpg, "invlpg (%rsp)")                                                                     \
    X(read_cr0, "mov %cr0, %rax")                                                                  \
    X(write_cr0, "mov %rax, %cr0")                                                                 \
    X(write_cr3, "mov %rax, %cr3")                                                                 \
    X(write_cr4, "mov %rax, %cr4")                                                                 \
    X(write_dr7, "mov %rax, %dr7")                                                                 \
    X(lmsw, "lmsw %ax")                                                                            \
    X(rdmsr, "mov $0xC0000080, %ecx\n rdmsr")                                                      \
    X(wrmsr, "mov $0xC0000080, %ecx\n wrmsr")                                                      \
    X(rdpmc, "xor %ecx, %ecx\n rdpmc")                                                             \
    X(xsetbv, "xor %ecx, %ecx\n xsetbv")                                                           \
    X(lgdt, "lgdt -16(%rsp)")                                                                      \
    X(lidt, "lidt -16(%rsp)")                                                                      \
    X(lldt, "lldt %ax")                                                                            \
    X(ltr, "ltr %ax")                                                                              \
    X(in_pic, "in $0x20, %al")                                                                     \
    X(out_pic, "out %al, $0x21")                                                                   \
    X(out_pit, "out %al, $0x40")                                                                   \
    X(out_uart, "mov $0x3F8, %dx\n out %al, %dx")                                                  \
    X(out_keyboard, "mov $0xFE, %al\n out %al, $0x64")                                             \
    X(out_pci, "mov $0xCF8, %dx\n out %eax, %dx")                                                  \
    X(in_last_port, "mov $0xFFFF, %dx\n in %dx, %ax")                                              \
    X(insb, "mov %rsp, %rdi\n mov $0x60, %dx\n insb")                                              \
    X(int_divide, "int $0x00")                                                                     \
    X(int_nmi, "int $0x02")                                                                        \
    X(int_double_fault, "int $0x08")                                                               \
    X(int_tick, "int $0x20")                                                                       \
    X(int_next_to_gate, "int $0x81")                                                               \
    X(int3, "int3")                                                                                \
    X(int1, ".byte 0xF1")                                                                          \
    X(syscall, "syscall")                                                                          \
    X(sysenter, "sysenter")                                                                        \
    X(ud2, "ud2")                                                                                  \
    X(divide_by_zero, "xor %ecx, %ecx\n xor %edx, %edx\n div %ecx")                                \
    X(stack_overflow, "1: push %rax\n jmp 1b")                                                     \
    X(load_kernel_ds, "mov $0x10, %eax\n mov %eax, %ds")                                           \
    X(load_null_ss, "xor %eax, %eax\n mov %eax, %ss")                                              \
    X(load_far_gs, "mov $0xFFFB, %eax\n mov %eax, %gs")                                            \
    X(far_return_to_ring_0, "push $8\n lea 1f(%rip), %rax\n push %rax\n lretq\n 1:")               \
    X(iret_to_ring_0, "mov %rsp, %rcx\n push $0x10\n push %rcx\n pushfq\n push $8\n"               \
                      "lea 1f(%rip), %rax\n push %rax\n iretq\n 1:")

/* No operands and no clobbers: nothing is kept in a register across it. */
#define FUNCTION(name, text)                                                                       \
    static bool name(uint64_t unused)                                                              \
    {                                                                                              \
        (void)unused;                                                                              \
        __asm__ volatile(text);                                                                    \
        return true;                                                                               \
    }
INSTRUCTIONS(FUNCTION)

#define ATTEMPT(name, text) {#name, name, 0},
const struct attempt instruction_attempts[] = {INSTRUCTIONS(ATTEMPT){NULL, NULL, 0}};
