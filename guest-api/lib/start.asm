; SPDX-License-Identifier: BSD-2-Clause
; Where a guest begins: RDI = the vCPU page, RSP = the end of the memory (16-byte aligned, as a call
; needs it).
%include "hv_abi.inc"

bits 64
default rel

extern hv_start
global _start
global hv_vcpu_page

section .text
_start:
    call hv_start
    movsxd rdi, eax
    mov eax, HV_CALL_PARTITION_EXIT
    int HV_GATE

section .bss
align 8
hv_vcpu_page: resq 1

section .note.GNU-stack noalloc noexec nowrite progbits
