# SPDX-License-Identifier: BSD-2-Clause
# hv/partition.c: IRQ_STATS writes a part of a word.
s/size & ~UINT64_C(7)/size/
