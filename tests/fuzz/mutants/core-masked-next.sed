# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.c: A masked vector is the next one to be told.
s/bit_first(bits_without(virq->pending\[word\], virq->masked\[word\]))/bit_first(virq->pending[word])/
