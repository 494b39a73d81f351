# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.h: A raise during the service is pending at once.
s/if ((virq->in_service\[word\] & mask) != 0)/if (mask == 0)/
