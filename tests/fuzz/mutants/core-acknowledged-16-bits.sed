# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.c: The count of acknowledgements has 16 bits.
s/virq->acknowledged\[word\]\[bit\] += count;/virq->acknowledged[word][bit] = (uint16_t)(virq->acknowledged[word][bit] + count);/
