# SPDX-License-Identifier: BSD-2-Clause
# hv/partition.c: A range may end one byte behind the memory.
s/length > partition->size - offset)/length > partition->size - offset + 1)/
