# SPDX-License-Identifier: BSD-2-Clause
# hv/vcpu.c: An interrupt wakes nobody while another runs.
s/if (woken == 0)/if (woken == 0 || (cpu.current \&\& !bit_get(told, cpu.current->id)))/
