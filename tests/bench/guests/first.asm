; SPDX-License-Identifier: BSD-2-Clause
; The smallest guest: it exits at its first instruction but two.
%include "hv_abi.inc"

bits 64
global _start

section .text
_start:
    xor edi, edi
    mov eax, HV_CALL_PARTITION_EXIT
    int HV_GATE

section .note.GNU-stack noalloc noexec nowrite progbits
