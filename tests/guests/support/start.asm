; SPDX-License-Identifier: BSD-2-Clause
; The start of a test guest, its upcall entry, and a hypercall with all registers given.
; The order of registers is struct registers in guest.h.
%include "hv_abi.inc"

bits 64
default rel

%define RAX_AT     0
%define RBX_AT     8
%define RCX_AT     16
%define RDX_AT     24
%define RSI_AT     32
%define RDI_AT     40
%define RBP_AT     48
%define RSP_AT     56
%define R8_AT      64
%define R9_AT      72
%define R10_AT     80
%define R11_AT     88
%define R12_AT     96
%define R13_AT     104
%define R14_AT     112
%define R15_AT     120
%define RFLAGS_AT  128
%define REGISTERS  136                  ; sizeof(struct registers)
%define CS_AT      136
%define FX_AT      256

; Stores all registers but RFLAGS at %1.
%macro store_registers 1
    mov [%1 + RAX_AT], rax
    mov [%1 + RBX_AT], rbx
    mov [%1 + RCX_AT], rcx
    mov [%1 + RDX_AT], rdx
    mov [%1 + RSI_AT], rsi
    mov [%1 + RDI_AT], rdi
    mov [%1 + RBP_AT], rbp
    mov [%1 + RSP_AT], rsp
    mov [%1 + R8_AT], r8
    mov [%1 + R9_AT], r9
    mov [%1 + R10_AT], r10
    mov [%1 + R11_AT], r11
    mov [%1 + R12_AT], r12
    mov [%1 + R13_AT], r13
    mov [%1 + R14_AT], r14
    mov [%1 + R15_AT], r15
%endmacro

section .text

global _start
extern run
extern tap_done
_start:
    store_registers start_state
    pushfq
    pop qword [start_state + RFLAGS_AT]
    mov [start_state + CS_AT], cs
    fxsave64 [start_state + FX_AT]
    sub rsp, 256                        ; the end of the memory is the tests' to write
    call run                            ; RSP is a multiple of 16
    call tap_done
    ud2

; void probe(const struct registers *in, struct registers *out)
global probe
probe:
    push rbx
    push rbp
    push r12
    push r13
    push r14
    push r15
    push rsi                            ; out
    push qword [rdi + RFLAGS_AT]
    mov rax, [rdi + RAX_AT]
    mov rbx, [rdi + RBX_AT]
    mov rcx, [rdi + RCX_AT]
    mov rdx, [rdi + RDX_AT]
    mov rsi, [rdi + RSI_AT]
    mov rbp, [rdi + RBP_AT]
    mov r8, [rdi + R8_AT]
    mov r9, [rdi + R9_AT]
    mov r10, [rdi + R10_AT]
    mov r11, [rdi + R11_AT]
    mov r12, [rdi + R12_AT]
    mov r13, [rdi + R13_AT]
    mov r14, [rdi + R14_AT]
    mov r15, [rdi + R15_AT]
    mov rdi, [rdi + RDI_AT]
    popfq
global probe_call
probe_call:
    int HV_GATE
global probe_return
probe_return:
    store_registers probed
    pushfq
    pop qword [probed + RFLAGS_AT]
    push 2                              ; DF, NT and AC may be set
    popfq
    pop rdi
    lea rsi, [probed]
    mov ecx, REGISTERS / 8
    rep movsq
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbp
    pop rbx
    ret

global upcall_entry_other
upcall_entry_other:
    inc qword [upcall_others]

; RSP = the frame, a multiple of 64.
global upcall_entry
upcall_entry:
    pushfq
    lea rsp, [rsp - (REGISTERS - 8)]
    store_registers rsp
    lea rsi, [rsp]                      ; struct registers
    lea rdi, [rsp + REGISTERS]          ; the frame
    mov [rsp + RSP_AT], rdi
    lea rsp, [rsp - 520]                ; 136 + 520 is a multiple of 16
    fxsave64 [rsp]
    mov rbx, rsi
    cld
    call [on_upcall]
    fxrstor64 [rsp]
    mov rsp, rbx
    mov rbx, [rsp + RBX_AT]
    mov rcx, [rsp + RCX_AT]
    mov rdx, [rsp + RDX_AT]
    mov rsi, [rsp + RSI_AT]
    mov rdi, [rsp + RDI_AT]
    mov rbp, [rsp + RBP_AT]
    mov r8, [rsp + R8_AT]
    mov r9, [rsp + R9_AT]
    mov r10, [rsp + R10_AT]
    mov r11, [rsp + R11_AT]
    mov r12, [rsp + R12_AT]
    mov r13, [rsp + R13_AT]
    mov r14, [rsp + R14_AT]
    mov r15, [rsp + R15_AT]
    lea rsp, [rsp + REGISTERS]
    mov eax, HV_CALL_IRQ_RETURN
    int HV_GATE
    ud2

section .bss
align 16
global start_state
start_state:    resb FX_AT + 512
probed:         resb REGISTERS
global on_upcall
on_upcall:      resq 1
global upcall_others
upcall_others:  resq 1

section .note.GNU-stack noalloc noexec nowrite progbits
