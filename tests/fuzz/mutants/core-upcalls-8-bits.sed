# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.c: The number of an upcall has 8 bits.
s/VIRQ_OF(virq, vector).upcalls++;/VIRQ_OF(virq, vector).upcalls = (uint8_t)(VIRQ_OF(virq, vector).upcalls + 1);/
