# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.c: The count of acknowledgements has 16 bits.
s/VIRQ_OF(virq, vector).acknowledged += count;/VIRQ_OF(virq, vector).acknowledged = (uint16_t)(VIRQ_OF(virq, vector).acknowledged + count);/
