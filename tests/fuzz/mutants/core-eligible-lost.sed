# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.c: To mask one vector hides the others of its word.
s/if (!bit_any(virq->eligible\[word\]))/if (word == 1 || !bit_any(virq->eligible[word]))/
