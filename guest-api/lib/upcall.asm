; SPDX-License-Identifier: BSD-2-Clause
; The entry of every upcall. RSP = the frame, aligned to 64 bytes; DF is clear; every register but
; RAX is as interrupted. RAX comes back from the frame; what else a C function may change is saved
; here. FXSAVE wants 16-byte alignment, and so does the stack at a call: both follow from the frame's.
%include "hv_abi.inc"

bits 64
default rel

FXSAVE_SIZE equ 512                     ; Intel SDM volume 1, 10.5
SAVED_SIZE  equ FXSAVE_SIZE + 8 * 8     ; with the eight registers below

extern hv_dispatch
global hv_upcall_entry

section .text
hv_upcall_entry:
    push rcx
    push rdx
    push rsi
    push rdi
    push r8
    push r9
    push r10
    push r11
    sub rsp, FXSAVE_SIZE
    fxsave64 [rsp]
    fninit                              ; the handler's x87 and SSE are as at the start,
    ldmxcsr [mxcsr_init]                ; whatever was interrupted

    lea rdi, [rsp + SAVED_SIZE]         ; the frame
    call hv_dispatch

    fxrstor64 [rsp]
    add rsp, FXSAVE_SIZE
    pop r11
    pop r10
    pop r9
    pop r8
    pop rdi
    pop rsi
    pop rdx
    pop rcx
    mov eax, HV_CALL_IRQ_RETURN         ; with RSP = the frame again
    int HV_GATE

section .rodata
align 4
mxcsr_init: dd HV_MXCSR_INIT

section .note.GNU-stack noalloc noexec nowrite progbits
