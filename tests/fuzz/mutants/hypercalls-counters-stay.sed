# SPDX-License-Identifier: BSD-2-Clause
# hv/work.c: A new life begins with the counters of the last one.
s/^    virq_forget(virq, vector);/    if (partition->ending == ENDING_FAULT)\n        virq_forget(virq, vector);/
