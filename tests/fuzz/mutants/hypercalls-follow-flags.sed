# SPDX-License-Identifier: BSD-2-Clause
# hv/upcall.c: An upcall that follows on begins with the flags of what it interrupts.
s/frame->rflags = rflags & RFLAGS_UPCALL;/frame->rflags = rflags;/
