; SPDX-License-Identifier: BSD-2-Clause
; A guest without the library: `int 0x80` and nothing else. It counts the timer's occurrences, raises a
; vector of its own at each hundredth, and exits at the third. Needs line=0 and vector=48.
%include "hv_abi.inc"

bits 64
default rel
global _start

IRQ_DISABLED equ 16                     ; in the vCPU page, whose layout docs/ABI.md has
HUNDRED      equ HV_VECTOR_VIRTUAL      ; raised here, at each hundredth tick

%macro hypercall 1
    mov eax, %1
    int HV_GATE
%endmacro

section .text
_start:
    mov rbx, rdi                        ; RDI = the vCPU page
    mov edi, HV_VECTOR_PIT
    lea rsi, [on_tick]
    hypercall HV_CALL_IRQ_REGISTER
    test rax, rax
    js .refused
    mov edi, HUNDRED
    lea rsi, [on_hundred]
    hypercall HV_CALL_IRQ_REGISTER
    test rax, rax
    js .refused

.wait:
    mov byte [rbx + IRQ_DISABLED], 1    ; while we look at what a handler changes
    cmp byte [digit], '3'
    jae .enough
    hypercall HV_CALL_VCPU_WAIT         ; enables interrupts, and returns after an upcall
    jmp .wait
.enough:
    xor edi, edi
    hypercall HV_CALL_PARTITION_EXIT
.refused:
    mov rdi, rax
    neg rdi                             ; the status, as an exit code above 0
    hypercall HV_CALL_PARTITION_EXIT

; Upcalls. RSP = the frame; RAX comes back from it, any other register must be left as it was found.
; IRQ_RETURN acknowledges what the frame says, and goes on with what was interrupted.
on_tick:
    mov rax, [rsp + HV_UPCALL_COUNT]
    add [ticks], rax
.more:
    cmp qword [ticks], 100
    jb .return
    sub qword [ticks], 100
    push rdi
    push rsi
    mov edi, HUNDRED
    xor esi, esi                        ; to this vCPU
    hypercall HV_CALL_IRQ_RAISE         ; its upcall comes at the end of this one
    pop rsi
    pop rdi
    jmp .more
.return:
    hypercall HV_CALL_IRQ_RETURN

on_hundred:
    mov al, [rsp + HV_UPCALL_COUNT]     ; one, as long as it is not away for two hundred ticks
    add [digit], al
    push rdi
    push rsi
    lea rdi, [text]
    mov esi, TEXT_LENGTH
    hypercall HV_CALL_CONSOLE_WRITE     ; there is room: it writes three lines
    pop rsi
    pop rdi
    hypercall HV_CALL_IRQ_RETURN

section .data
text:  db "hundred "
digit: db "0", 10
TEXT_LENGTH equ $ - text

section .bss
align 8
ticks: resq 1

section .note.GNU-stack noalloc noexec nowrite progbits
