# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.c: The number of an upcall has 8 bits.
s/virq->upcalls\[word\]\[bit\]++;/virq->upcalls[word][bit] = (uint8_t)(virq->upcalls[word][bit] + 1);/
