# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.c: What is outstanding is worked out in 16 bits.
s/return virq->raised\(.*\);/return (uint16_t)(virq->raised\1);/
