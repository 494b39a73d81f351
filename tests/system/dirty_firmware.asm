; SPDX-License-Identifier: BSD-2-Clause
; What firmware and a boot loader might leave behind, though they should not: run in front of the
; hypervisor's first instruction, by test_cpu_state.py. EAX and EBX are the loader's.
bits 32

%macro write_msr 3                      ; the MSR, its high half, its low half
    mov ecx, %1
    mov edx, %2
    mov eax, %3
    wrmsr
%endmacro

    mov esp, 0x7000
    pushad
    mov eax, cr4
    or eax, 1 << 18 | 1 << 16 | 1 << 8 | 1 << 3 | 1 << 2 | 3 ; OSXSAVE FSGSBASE PCE DE TSD PVI VME
    mov cr4, eax
    xor ecx, ecx
    xor edx, edx
    mov eax, 7                          ; AVX, SSE, x87
    xsetbv
    mov eax, cr0
    or eax, 1 << 18 | 1 << 3 | 1 << 2   ; AM TS EM
    and eax, ~(1 << 5 | 1 << 16)        ; NE WP
    mov cr0, eax

    write_msr 0xC0000080, 0, 1                   ; EFER: SCE
    write_msr 0xC0000081, 0x00230010, 0          ; STAR
    write_msr 0xC0000082, 0, 0x400000            ; LSTAR
    write_msr 0x174, 0, 8                        ; SYSENTER_CS
    write_msr 0x176, 0, 0x400000                 ; SYSENTER_EIP
    write_msr 0xC0000100, 0, 0x123000            ; FS_BASE
    write_msr 0xC0000101, 0, 0x123000            ; GS_BASE
    write_msr 0xC0000102, 0xFFFF8000, 0x123000   ; KERNEL_GS_BASE
    mov eax, 0x400000
    mov dr0, eax
    mov eax, 0x403                      ; a breakpoint there
    mov dr7, eax

    mov dword [0xFEE000F0], 0x1FF       ; the LAPIC: on, its timer each 1000 counts at vector 0x60
    mov dword [0xFEE003E0], 0xB
    mov dword [0xFEE00320], 0x20060
    mov dword [0xFEE00380], 1000
    mov dword [0xFEE00350], 0x10000     ; LINT0 masked
    mov dword [0xFEE00080], 0xFF        ; everything below the task's priority
    mov dword [0xFEC00000], 0x14        ; the IOAPIC: input 2, where the PIT is, at vector 0x61
    mov dword [0xFEC00010], 0x61
    popad
    std
