# SPDX-License-Identifier: BSD-2-Clause
# hv/hypercall.c: EPERM comes before EINVAL for a bad entry.
s/if (vector >= HV_VECTORS || !partition_may(partition, entry, PAGE_EXECUTE))/if (irq_in_domain(vector) \&\& !partition_granted(partition, (unsigned)vector))\n        return HV_EPERM;\n    &/
