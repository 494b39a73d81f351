# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.c: To mask one vector hides the others of its word.
/^int64_t virq_mask/,/^}/s/make_ineligible(virq, vector);/&\n    virq->summary = bit_clear(virq->summary, bitmap_word(vector));/
