# SPDX-License-Identifier: BSD-2-Clause
# hv/irq.c: To acknowledge nothing of a level-triggered line opens it.
s/is_waiting(vector) \&\& (count > 0 ||.*/is_waiting(vector);/
