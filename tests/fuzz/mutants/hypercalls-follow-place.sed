# SPDX-License-Identifier: BSD-2-Clause
# hv/upcall.c: An upcall follows on in the place of the one before, wherever the stack is.
s/!cpu.attention && frame_address(rsp) == vcpu->frame.rsp/!cpu.attention/
