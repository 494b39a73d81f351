# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.h: A masked vector is the next one to be told.
s/if (VIRQ_OF(virq, vector).masked || VIRQ_OF(virq, vector).in_service)/if (VIRQ_OF(virq, vector).in_service)/
