# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.c: The count of what was discarded has 32 bits.
s/VIRQ_OF(virq, vector).discarded += lost;/VIRQ_OF(virq, vector).discarded = (uint32_t)(VIRQ_OF(virq, vector).discarded + lost);/
