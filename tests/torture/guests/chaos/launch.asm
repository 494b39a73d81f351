; SPDX-License-Identifier: BSD-2-Clause
; Code that the chaos guest launches, with registers of which none may be good, and the way back.
; The order of registers is struct registers in guest.h. Only absolute addresses are good after that.
%include "hv_abi.inc"

bits 64
default rel

%define PAGE         (HV_MEM_BASE - HV_PAGE_SIZE)
%define IRQ_DISABLED 16
%define PATIENCE     4                  ; ticks that a deed may take

section .text

; void launch(const struct registers *in, const void *code)
global launch
launch:
    push rbx
    push rbp
    push r12
    push r13
    push r14
    push r15
    mov [resume_rsp], rsp
    mov [target], rsi
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
    jmp [target]

global landing
landing:
    mov rsp, [resume_rsp]
    push 2
    popfq
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbp
    pop rbx
    ret

; void call_below(void (*function)(void)): leaves the end of the memory to the deeds.
global call_below
call_below:
    sub rsp, 4096 + 8
    call rdi
    add rsp, 4096 + 8
    ret

; ---- entries of upcalls ----

global bare_entry, lost_entry, nested_entry, watch_entry
nested_entry:
    mov byte [abs PAGE + IRQ_DISABLED], 0
    mov eax, HV_CALL_IRQ_POLL
    int HV_GATE
bare_entry:
    mov eax, HV_CALL_IRQ_RETURN
    int HV_GATE
lost_entry:
    jmp landing

; A deed that takes too long ends its life. A letter in the trace says so.
watch_entry:
    inc dword [deed_age]
    cmp dword [deed_age], PATIENCE
    jb bare_entry
    mov dx, [trace_port]
    test dx, dx
    jz .restart
    mov al, 'W'
    out dx, al
.restart:
    mov eax, HV_CALL_PARTITION_RESTART
    int HV_GATE

; ---- deeds ----

%macro deed 2+
global deed_%1
deed_%1:
    %2
    jmp landing
%endmacro

deed call, int HV_GATE
deed push, push rax
deed jump, jmp rdi
deed return, ret
deed far_jump, jmp far qword [rdi]
deed far_return, retfq
deed iret, iretq
deed rdmsr, rdmsr
deed wrmsr, wrmsr
deed fxrstor, fxrstor64 [rdi]
deed ldmxcsr, ldmxcsr [rdi]

; What flags there are, and whether a call minds them. RSP is good.
global deed_flags
deed_flags:
    pushfq
    pop qword [seen_rflags]
    int HV_GATE
    jmp landing

; Until the next tick.
global deed_spin
deed_spin:
    pause
    cmp dword [deed_age], 0
    je deed_spin
    jmp landing

; 1 / 0 with no exception masked; RDI: a control word.
global deed_x87_error
deed_x87_error:
    fldcw [rdi]
    fld1
    fldz
    fdivp
    fwait
    jmp landing

%assign vector 0
global deed_int
deed_int:
%rep 256
    db 0xCD, vector                     ; NASM makes another instruction of `int 3`
    jmp near landing
    nop
    %assign vector vector + 1
%endrep

; Lists of deeds: `list NAME` begins one, `item INSTRUCTION` adds to it.
%macro list 1
    [section .rodata]
    align 8
    global %1
%1:
    __?SECT?__
%endmacro

%macro list_end 1
    [section .rodata]
    global %1_end
%1_end:
    __?SECT?__
%endmacro

%macro item 1+
%%code:
    %1
    jmp landing
    [section .rodata]
    dq %%code
    __?SECT?__
%endmacro

; What must be a fault in ring 3, whatever the registers hold.
list privileged
item hlt
item cli
item sti
item clts
item invd
item wbinvd
item swapgs
item invlpg [rdi]
item mov rax, cr0
item mov rax, cr2
item mov rax, cr3
item mov rax, cr4
item mov rax, cr8
item mov cr0, rax
item mov cr2, rax
item mov cr3, rax
item mov cr4, rax
item mov cr8, rax
item mov rax, dr6
item mov rax, dr7
item mov dr0, rax
item mov dr7, rax
item lmsw ax
item lgdt [rsp - 16]
item lidt [rsp - 16]
item lldt ax
item ltr ax
item rdmsr
item wrmsr
item rdpmc
item xsetbv
item syscall
item sysret
item sysenter
item sysexit
item vmrun
item vmmcall
item stgi
item clgi
item ud2
item int3
item db 0xF1                            ; INT1
item db 0xCD, 1
item monitor
item mwait
item db 0xF3, 0x48, 0x0F, 0xAE, 0xD0    ; WRFSBASE RAX
item db 0x0F, 0x01, 0xCA                ; CLAC
item db 0x0F, 0x01, 0xCB                ; STAC
list_end privileged

; Memory at RDI and RSI; RCX counts.
list accesses
item mov rax, [rdi]
item mov [rdi], rax
item mov byte [rdi], 0
item lock xadd [rdi], rbx
item cmpxchg16b [rdi]
item movups xmm3, [rdi]
item movups [rdi], xmm3
item movaps xmm3, [rdi]
item fxsave64 [rdi]
item push qword [rdi]
item pop qword [rdi]
item clflush [rdi]
item prefetcht0 [rdi]
item verr [rdi]
item enter 64, 0
item rep stosb
item rep movsb
item rep stosq
item rep lodsb
item repe cmpsb
list_end accesses

; The same, where what is there is mostly not good.
list odd_accesses
item call [rdi]
item jmp [rdi]
item enter 64, 3
item sidt [rdi]                         ; UMIP forbids these two
item smsw [rdi]
item lfs rax, [rdi]
item lgs rax, [rdi]
item lss rax, [rdi]
item fxrstor64 [rdi]
item frstor [rdi]
item ldmxcsr [rdi]
list_end odd_accesses

; A selector in AX.
list segment_loads
item mov ds, ax
item mov es, ax
item mov fs, ax
item mov gs, ax
item mov ss, ax
item lar ebx, ax
item lsl ebx, ax
item verw ax
list_end segment_loads

; The port in DX, memory at RDI and RSI. The first six have no need of memory.
list port_accesses
item in al, dx
item in ax, dx
item in eax, dx
item out dx, al
item out dx, ax
item out dx, eax
item insb
item outsd
item rep insw
list_end port_accesses

section .bss
global deed_age, trace_port, seen_rflags
align 8
resume_rsp:  resq 1
target:      resq 1
seen_rflags: resq 1
deed_age:    resd 1
trace_port:  resw 1

section .note.GNU-stack noalloc noexec nowrite progbits
