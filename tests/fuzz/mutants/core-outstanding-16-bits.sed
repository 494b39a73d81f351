# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.c: What is outstanding is worked out in 16 bits.
s/return VIRQ_OF(virq, vector).raised - \(.*\) -$/return (uint16_t)(VIRQ_OF(virq, vector).raised - \1 -/;s/VIRQ_OF(virq, vector).discarded;/VIRQ_OF(virq, vector).discarded);/
