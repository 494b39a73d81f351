; SPDX-License-Identifier: BSD-2-Clause
; Stands still with all registers given, and keeps what they became.
; struct stance is in witness.h, the order of registers in guest.h.
%include "hv_abi.inc"

bits 64
default rel

%define SELECTORS_AT 136
%define FX_AT        144

section .text

; void stand(const struct stance *stance, const char *where)
global stand
stand:
    push rbx
    push rbp
    push r12
    push r13
    push r14
    push r15
    mov [kept_rsp], rsp
    mov [place], rsi
    fxrstor64 [rdi + FX_AT]
    mov ds, [rdi + SELECTORS_AT]
    mov es, [rdi + SELECTORS_AT + 2]
    mov fs, [rdi + SELECTORS_AT + 4]
    mov gs, [rdi + SELECTORS_AT + 6]
    push qword [rdi + 128]
    popfq
    mov rax, [rdi]
    mov rbx, [rdi + 8]
    mov rcx, [rdi + 16]
    mov rdx, [rdi + 24]
    mov rsi, [rdi + 32]
    mov rbp, [rdi + 48]
    mov rsp, [rdi + 56]
    mov r8, [rdi + 64]
    mov r9, [rdi + 72]
    mov r10, [rdi + 80]
    mov r11, [rdi + 88]
    mov r12, [rdi + 96]
    mov r13, [rdi + 104]
    mov r14, [rdi + 112]
    mov r15, [rdi + 120]
    mov rdi, [rdi + 40]
    jmp [place]

; One instruction that changes nothing, until an upcall's handler moves RIP.
global stand_here
stand_here:
    jmp stand_here

global stand_call
stand_call:
    int HV_GATE

global stand_end
stand_end:
    mov [stood], rax
    mov [stood + 8], rbx
    mov [stood + 16], rcx
    mov [stood + 24], rdx
    mov [stood + 32], rsi
    mov [stood + 40], rdi
    mov [stood + 48], rbp
    mov [stood + 56], rsp
    mov [stood + 64], r8
    mov [stood + 72], r9
    mov [stood + 80], r10
    mov [stood + 88], r11
    mov [stood + 96], r12
    mov [stood + 104], r13
    mov [stood + 112], r14
    mov [stood + 120], r15
    mov rsp, [kept_rsp]
    pushfq
    pop qword [stood + 128]
    push 2
    popfq
    mov [stood + SELECTORS_AT], ds
    mov [stood + SELECTORS_AT + 2], es
    mov [stood + SELECTORS_AT + 4], fs
    mov [stood + SELECTORS_AT + 6], gs
    fxsave64 [stood + FX_AT]
    fninit
    ldmxcsr [mxcsr]
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbp
    pop rbx
    ret

section .rodata
mxcsr:  dd HV_MXCSR_INIT

section .bss
align 16
global stood
stood:    resb FX_AT + 512
kept_rsp: resq 1
place:    resq 1

section .note.GNU-stack noalloc noexec nowrite progbits
