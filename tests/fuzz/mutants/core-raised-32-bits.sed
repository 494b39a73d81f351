# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.h: The count of raises has 32 bits.
s/VIRQ_OF(virq, vector).raised++;/VIRQ_OF(virq, vector).raised = (uint32_t)(VIRQ_OF(virq, vector).raised + 1);/
