# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.h: The count of raises has 16 bits.
s/virq->raised\[word\]\[bit\]++;/virq->raised[word][bit] = (uint16_t)(virq->raised[word][bit] + 1);/
