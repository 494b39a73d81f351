; SPDX-License-Identifier: BSD-2-Clause
; The ways in and out. Assembly saves, calls and restores; every decision is C.
;
; An entry from ring 3 lands at the end of the current vCPU's frame (struct frame), so what is pushed
; here is saved in place. The C side is built with r8 to r11 callee-saved, so the quick ways in push
; five registers and leave the slots of the other ten unfilled, until the CPU changes hands.
%include "hv_abi.inc"
%include "offsets.inc"

default rel
bits 64

%define HV_STACK stacks + HV_STACK_END

extern cpu, stacks, trace
extern upcall_make, cpu_next, hypercalls, irq_ack_traced_call
extern trap_bad_rip, trap_exception, trap_interrupt, trap_nmi, trap_stray, trap_tick
global trap_stubs, hypercall_entry, hypercall_entry_traced, arch_trace_add, cpu_loop

; Gates change neither DF nor AC, and a guest that sets AC would switch SMAP off. cpu_init() puts CLAC
; here where the CPU has SMAP.
%macro enter_c 0
    cld
%%site:
    nop dword [rax]                     ; three bytes, as CLAC
    [section .clac_sites progbits alloc noexec nowrite align=8]
    dq %%site
    __?SECT?__
%endmacro

%macro push_arguments 0
    push rdi
    push rsi
    push rcx
    push rdx
%endmacro

%macro push_volatile 0
    push rax
    push_arguments
%endmacro

; From the frame at rsp.
%macro load_arguments 0
    mov rdx, [rsp + FRAME_RDX]
    mov rcx, [rsp + FRAME_RDX + 8]
    mov rsi, [rsp + FRAME_RDX + 16]
    mov rdi, [rsp + FRAME_RDX + 24]
%endmacro

section .text

; ---- 256 stubs, and the table of their addresses, from one macro ---------------------------------

%macro stub 1
%if %1 = VECTOR_GATE
    %define %%stub hypercall_entry
%elif %1 = VECTOR_LINE
    %define %%stub tick_entry
%elif %1 >= VECTOR_LINE + HV_LINES
    %define %%stub stray_entry
%else
%%stub:
    ; The CPU pushes an error code for these (Intel SDM volume 3, table 6-1).
    %if !(%1 = 8 || (%1 >= 10 && %1 <= 14) || %1 = 17 || %1 = 21 || %1 = 29 || %1 = 30)
    push 0
    %endif
    push %1
    %if %1 = 2
    jmp nmi_entry
    %elif %1 < VECTOR_LINE
    jmp exception_entry
    %else
    jmp interrupt_entry
    %endif
%endif
    [section .rodata]
    dq %%stub
    __?SECT?__
%endmacro

[section .rodata]
align 8
trap_stubs:
__?SECT?__

%assign vector 0
%rep 256
    stub vector
    %assign vector vector + 1
%endrep

; ---- ways in ---------------------------------------------------------------------------------------

; The arguments are where C wants them. RAX is not saved: what it is on the way out is the result. RIP
; needs no look there: `int 0x80` was fetched from a page of the guest's, all of which lie below 2^47.
; The table is looked at here, not in C: 10 instructions less of 33.
align 16
hypercall_entry:
    sub rsp, FRAME_RIP - FRAME_RAX
    push_arguments
    enter_c
    mov rsp, HV_STACK
.call:
    cmp rax, HYPERCALLS
    jae .unknown
    call [hypercalls + rax * 8]
.result:
    cmp word [cpu + CPU_ATTENTION], 0
    mov rsp, [cpu + CPU_FRAME]
    jne .attend
    load_arguments
    add rsp, FRAME_RIP
    iretq
.unknown:
    mov rax, ENOSYS
    jmp .result
.attend:
    mov [rsp + FRAME_RAX], rax
    mov rsp, HV_STACK
    jmp attend

; Where the gate leads while hypercalls are traced.
hypercall_entry_traced:
    sub rsp, FRAME_RIP - FRAME_RAX
    push_arguments
    enter_c
    mov rsp, HV_STACK
    push rax
    push 0
    mov dword [rsp + 4], HV_TRACE_CALL
    call arch_trace_add
    cmp rax, HV_CALL_IRQ_ACK
    jne hypercall_entry.call
    call irq_ack_traced_call
    jmp hypercall_entry.result

align 16
interrupt_entry:
    push_volatile
    enter_c
    mov rdi, [rsp + FRAME_VECTOR - FRAME_RDX]
    mov rsp, HV_STACK
    call trap_interrupt
    jmp way_out

; All registers, for the report where the exception is the hypervisor's own; that one stays on the
; stack where it happened and does not return.
exception_entry:
    push_volatile
    push rbx
    push rbp
    push r8
    push r9
    push r10
    push r11
    push r12
    push r13
    push r14
    push r15
    enter_c
    mov rdi, rsp
    test byte [rsp + FRAME_CS], 3
    jz .call
    mov rsp, HV_STACK
.call:
    call trap_exception
    jmp way_out

; On a stack of its own, from anywhere, so back to where it came from.
nmi_entry:
    push_volatile
    enter_c
    call trap_nmi
    pop rdx
    pop rcx
    pop rsi
    pop rdi
    pop rax
    add rsp, 16
    iretq

; A vector that has no source.
stray_entry:
    sub rsp, 16
    push_volatile
    enter_c
    mov rsp, HV_STACK
    call trap_stray
    jmp way_out

; Line 0, the tick.
align 16
tick_entry:
    sub rsp, 16
    push_volatile
    enter_c
    mov rsp, HV_STACK
    call trap_tick

; ---- the way out -----------------------------------------------------------------------------------

way_out:
    cmp word [cpu + CPU_ATTENTION], 0
    jne attend
leave_to_guest:
    mov rsp, [cpu + CPU_FRAME]
    ; IRETQ to an address that is not canonical would fault in the hypervisor (Intel SDM volume 2,
    ; IRET), and there are CPUs on which a guest can be interrupted at one.
    test dword [rsp + FRAME_RIP + 4], 0xFFFF8000
    jnz .bad_rip
    load_arguments
    mov rax, [rsp + FRAME_RAX]
    add rsp, FRAME_RIP
    iretq
.bad_rip:
    mov rsp, HV_STACK
    call trap_bad_rip
    jmp attend

attend:
    cmp byte [cpu + CPU_ATTENTION], 0
    jne .switch
    call upcall_make
    cmp byte [cpu + CPU_ATTENTION], 0   ; its frame may be bad
    je leave_to_guest
.switch:
    mov rdi, [cpu + CPU_FRAME]
    mov [rdi + FRAME_R15], r15
    mov [rdi + FRAME_R15 + 8], r14
    mov [rdi + FRAME_R15 + 16], r13
    mov [rdi + FRAME_R15 + 24], r12
    mov [rdi + FRAME_R15 + 32], r11
    mov [rdi + FRAME_R15 + 40], r10
    mov [rdi + FRAME_R15 + 48], r9
    mov [rdi + FRAME_R15 + 56], r8
    mov [rdi + FRAME_R15 + 64], rbp
    mov [rdi + FRAME_R15 + 72], rbx

; Whose turn is it? Where C answers nobody, an interrupt is let in, and the question is asked again,
; with `true`: interrupts were just let in.
    xor edi, edi
cpu_ask:
    call cpu_next
    test rax, rax
    jz .nobody
    mov r15, [rax + FRAME_R15]
    mov r14, [rax + FRAME_R15 + 8]
    mov r13, [rax + FRAME_R15 + 16]
    mov r12, [rax + FRAME_R15 + 24]
    mov r11, [rax + FRAME_R15 + 32]
    mov r10, [rax + FRAME_R15 + 40]
    mov r9, [rax + FRAME_R15 + 48]
    mov r8, [rax + FRAME_R15 + 56]
    mov rbp, [rax + FRAME_R15 + 64]
    mov rbx, [rax + FRAME_R15 + 72]
    jmp leave_to_guest
.nobody:
    cmp byte [cpu + CPU_HALT], 0
    je cpu_loop
    sti                                 ; takes effect after the next instruction: none is lost
    hlt
    jmp cpu_loop.again
cpu_loop:                               ; where the boot ends
    sti
    nop
.again:
    cli
    mov rsp, HV_STACK                   ; what an interrupt pushed here is never returned to
    mov edi, 1
    jmp cpu_ask

; ---- the trace -------------------------------------------------------------------------------------

; Takes from the stack the value and, pushed behind it, the vector with the kind in its upper half. With
; what calls it a record takes 24 instructions; a switch, which is looked at first, 26.
arch_trace_add:
    push rax
    push rdx
    rdtsc
    shl rdx, 32
    or rdx, rax
    movzx eax, word [trace + TRACE_MADE]
    add qword [trace + TRACE_MADE], TRACE_RECORD
    mov [trace + rax + RECORD_TIME], rdx
    mov rdx, [rsp + 32]
    mov [trace + rax + RECORD_VALUE], rdx
    mov rdx, [rsp + 24]
    mov [trace + rax + RECORD_VECTOR], rdx
    mov rdx, [cpu + CPU_SELF]
    mov [trace + rax + RECORD_VCPU], rdx
    pop rdx
    pop rax
    ret 16

section .note.GNU-stack noalloc noexec nowrite progbits
