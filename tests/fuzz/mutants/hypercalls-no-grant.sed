# SPDX-License-Identifier: BSD-2-Clause
# hv/hypercall.c: A vector that was not granted can be registered.
s/if (!partition_granted(partition, (unsigned)vector))/if (vector > HV_VECTORS)/
