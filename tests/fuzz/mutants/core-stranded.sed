# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.c: A raise during the service leaves nothing pending when the service ends.
s/if (outstanding(virq, word, bit) > 0)/if (bit_get(virq->pending[word], bit))/
