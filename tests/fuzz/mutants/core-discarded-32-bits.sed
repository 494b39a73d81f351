# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.c: The count of what was discarded has 32 bits.
s/virq->discarded\[word\]\[bit\] += lost;/virq->discarded[word][bit] = (uint32_t)(virq->discarded[word][bit] + lost);/
