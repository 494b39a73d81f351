# SPDX-License-Identifier: BSD-2-Clause
# hv/vcpu.h: An interrupt wakes nobody while another runs.
s/if (woken)/if (woken \&\& (!cpu.current || bit_get(told, cpu.current->id)))/
