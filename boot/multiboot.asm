; SPDX-License-Identifier: BSD-2-Clause
; From the boot loader's 32-bit world to 64-bit C. Multiboot 0.6.96, section 3.2: protected mode,
; paging off, EAX = 0x2BADB002, EBX = the information's physical address. Page tables: Intel SDM
; volume 3, section 4.5.
%include "offsets.inc"

IMAGE_BASE      equ 0xFFFFFFFF80000000
MULTIBOOT_MAGIC equ 0x1BADB002
MULTIBOOT_FLAGS equ 3                   ; modules on page boundaries, memory information
PRESENT_WRITE   equ 3
LARGE           equ 0x80
COM1            equ 0x3F8

%define physical(symbol) (symbol - IMAGE_BASE)

extern boot_start, stacks, cpu_loop
extern pml4, direct_pdpt, direct_pd, image_pdpt
global multiboot_entry, multiboot_header

section .multiboot align=4
multiboot_header:
    dd MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

section .boot exec align=16
bits 32
multiboot_entry:
    cld
    cli
    mov esp, physical(stacks) + HV_STACK_END
    mov ebp, eax                        ; the magic number; EBX stays
    push ebx

    ; Long mode and NX: CPUID 0x80000001, EDX bits 29 and 20.
    mov eax, 0x80000000
    cpuid
    cmp eax, 0x80000001
    jb no_long_mode
    mov eax, 0x80000001
    cpuid
    and edx, 1 << 29 | 1 << 20
    cmp edx, 1 << 29 | 1 << 20
    jne no_long_mode

    ; The first 4 GiB in pages of 2 MiB: where they are (until paging_init()), at the direct map,
    ; and their first GiB at IMAGE_BASE.
    mov edi, physical(direct_pd)
    mov eax, PRESENT_WRITE | LARGE
    mov ecx, 4 * 512
.fill:
    mov [edi], eax
    add eax, 0x200000
    add edi, 8
    dec ecx
    jnz .fill

    mov edi, physical(direct_pdpt)
    mov eax, physical(direct_pd) + PRESENT_WRITE
    mov [physical(image_pdpt) + 510 * 8], eax
    mov ecx, 4
.directories:
    mov [edi], eax
    add eax, 4096
    add edi, 8
    dec ecx
    jnz .directories

    mov dword [physical(pml4)], physical(direct_pdpt) + PRESENT_WRITE
    mov dword [physical(pml4) + 256 * 8], physical(direct_pdpt) + PRESENT_WRITE
    mov dword [physical(pml4) + 511 * 8], physical(image_pdpt) + PRESENT_WRITE

    pop ebx
    mov eax, 1 << 5                     ; CR4.PAE
    mov cr4, eax
    mov eax, physical(pml4)
    mov cr3, eax
    mov ecx, 0xC0000080                 ; EFER
    mov eax, 1 << 11 | 1 << 8           ; NXE, LME
    xor edx, edx
    wrmsr
    mov eax, 1 << 31 | 1 << 16 | 1 << 5 | 1 << 4 | 1 << 1 | 1 ; PG WP NE ET MP PE
    mov cr0, eax
    lgdt [boot_gdt_pointer]
    jmp 8:long_mode

; The console is not there yet: a line on COM1, as firmware left it, and the end.
no_long_mode:
    mov esi, .text
.next:
    cmp byte [esi], 0
    je .halt
    mov dx, COM1 + 5
    mov ecx, 1000000                    ; where nothing listens it must end all the same
.wait:
    in al, dx
    test al, 0x20
    jnz .put
    dec ecx
    jnz .wait
.put:
    mov dx, COM1
    outsb
    jmp .next
.halt:
    hlt
    jmp .halt
.text:
    db 13, 10, "Belfry: error: this CPU has no 64-bit mode with NX: expected an x86-64 CPU", 13, 10, 0

align 8
boot_gdt:
    dq 0, 0x00AF9B000000FFFF            ; a 64-bit code segment at selector 8
boot_gdt_pointer:
    dw $ - boot_gdt - 1
    dd boot_gdt

bits 64
long_mode:
    xor eax, eax
    mov ds, eax
    mov es, eax
    mov ss, eax
    mov fs, eax
    mov gs, eax
    mov rsp, stacks + HV_STACK_END
    mov edi, ebp
    mov esi, ebx
    mov rax, cpu_loop                   ; what it returns to: by then this page is not mapped
    push rax
    mov rax, boot_start
    jmp rax

section .note.GNU-stack noalloc noexec nowrite progbits
