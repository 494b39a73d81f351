# SPDX-License-Identifier: BSD-2-Clause
# hv/irq.c: A line that was held back is not opened by the next tick.
s/rest != 0; rest &= rest - 1)/rest > 0xFFFF; rest \&= rest - 1)/
