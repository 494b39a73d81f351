# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.c: A single raise during the service leaves nothing pending when the service ends.
s/if (left > 0 \&\& !VIRQ_OF(virq, vector).masked)/if (left > 1 \&\& !VIRQ_OF(virq, vector).masked)/
