# SPDX-License-Identifier: BSD-2-Clause
# hv/vcpu.c: The x87 and SSE state of a former life is saved over that of the new one.
s/if (cpu.loaded == vcpu)/if (cpu.loaded \&\& cpu.loaded->phase == PHASE_OFF)/
