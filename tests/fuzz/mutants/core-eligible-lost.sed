# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.c: To mask one vector hides the others of its word.
s/if (bit_any(bits_without(virq->pending\[word\], virq->masked\[word\])))/if (virq->pending[word] \&\& !virq->masked[word])/
