# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.h: A raise during the service is pending at once.
s/if (VIRQ_OF(virq, vector).masked || VIRQ_OF(virq, vector).in_service)/if (VIRQ_OF(virq, vector).masked)/
