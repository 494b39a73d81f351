; SPDX-License-Identifier: BSD-2-Clause
; Random bytes to execute: a guest can't write what it executes, so they are drawn when this is
; assembled, with SEED.

bits 64

extern landing

%assign random SEED * 2654435761 % 0x100000000
%macro draw 0                           ; Numerical Recipes' generator
    %assign random (random * 1664525 + 1013904223) & 0xFFFFFFFF
%endmacro

section .text

; Slots of 32 bytes: 1 to 12 random bytes, then a way to `landing`.
global slots, slots_end
align 32
slots:
%rep 400
    draw
    %assign length 1 + (random >> 20) % 12
    %rep length
        draw
        db random >> 24
    %endrep
    times 27 - length nop
    jmp near landing
%endrep
slots_end:

global wild, wild_end
wild:
%rep 4096
    draw
    db random >> 24
%endrep
wild_end:
    times 16 db 0xCC

section .note.GNU-stack noalloc noexec nowrite progbits
