; SPDX-License-Identifier: BSD-2-Clause
; Sequences whose instructions are counted. For icount alone, where each is one tick of the TSC, so
; that a difference of two looks at it is a count; the low half of it suffices.
%include "hv_abi.inc"

bits 64
default rel

section .text

; ---- from one look at the TSC to the next ----------------------------------------------------------

; struct gap gap(void): looks until something came between two looks. What is no gap is GAP_ROUND
; instructions long.
global gap
gap:
    rdtsc
    times 4 nop                         ; so that the first round is as long as the others
.look:
    mov ecx, eax
    rdtsc
    mov edx, eax
    sub edx, ecx
    cmp edx, 6
    je .look
    shl rax, 32                         ; the look after the gap
    or rax, rcx                         ; the one before it
    ret

; struct cost measure_call(number, first, second, third): the call, and 5 instructions.
; struct cost measure_nothing(…): these alone.
%macro measure 1
    mov r10, rdi
    mov rdi, rsi
    mov rsi, rdx
    rdtsc
    mov r8d, eax
    mov rdx, rcx
    mov rax, r10
    %1
    mov r9, rax
    rdtsc
    sub eax, r8d
    mov rdx, r9
    ret
%endmacro

global measure_call, measure_nothing
measure_call:
    measure {int HV_GATE}
measure_nothing:
    measure {}

; void give_turns(uint32_t *figures, uint64_t turns): yields. Of the loop TURN_OWN instructions are
; not the call, and TURN_BETWEEN of these lie between the two looks.
global give_turns
give_turns:
    rdtsc
    mov r8d, eax
    mov eax, HV_CALL_VCPU_YIELD
    int HV_GATE
    rdtsc
    sub eax, r8d
    mov [rdi], eax
    add rdi, 4
    dec rsi
    jnz give_turns
    ret

; ---- entries ---------------------------------------------------------------------------------------
; RAX comes back from the frame.

global empty_entry
empty_entry:
    mov eax, HV_CALL_IRQ_RETURN
    int HV_GATE

; Notes the TSC, NOTE_BEFORE instructions after its first, and where it interrupted.
global noting_entry, noted_tsc, noted_rip
noting_entry:
    mov [noted_rdx], rdx
    rdtsc
    mov [noted_tsc], eax
    mov rax, [rsp + HV_UPCALL_RIP]
    mov [noted_rip], rax
    mov rdx, [noted_rdx]
    mov eax, HV_CALL_IRQ_RETURN
    int HV_GATE

; The one looks at the TSC right before its IRQ_RETURN, PAIR_BETWEEN instructions; the other as it
; begins. They return to code that expects RDX to change.
global first_entry, second_entry, first_left, second_came
first_entry:
    rdtsc
    mov [first_left], eax
    mov eax, HV_CALL_IRQ_RETURN
    int HV_GATE

second_entry:
    rdtsc
    mov [second_came], eax
    mov eax, HV_CALL_IRQ_RETURN
    int HV_GATE

; uint32_t sled(void): runs until noting_entry has noted something; answers its last look at the TSC,
; which was SLED_LOOK instructions before the first nop.
global sled, sled_nops, sled_end
sled:
    rdtsc
    mov ecx, eax
sled_nops:
    times 64 nop
sled_end:
    cmp dword [noted_tsc], 0
    je sled
    mov eax, ecx
    ret

section .bss
align 8
noted_rip:      resq 1
noted_rdx:      resq 1
noted_tsc:      resd 1
first_left:     resd 1
second_came:    resd 1

section .note.GNU-stack noalloc noexec nowrite progbits
