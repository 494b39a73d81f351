# SPDX-License-Identifier: BSD-2-Clause
# hv/upcall.c: IRQ_RETURN lets a guest set IOPL.
s/(RFLAGS_STATUS | RFLAGS_DF | RFLAGS_AC | RFLAGS_ID)/(RFLAGS_STATUS | RFLAGS_DF | RFLAGS_AC | RFLAGS_ID | 0x3000)/
