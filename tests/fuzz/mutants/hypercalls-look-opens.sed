# SPDX-License-Identifier: BSD-2-Clause
# hv/irq.c: To acknowledge nothing of a level-triggered line opens it.
s/return count > 0 || bit_get(virq->in_service.*/return true;/
