# SPDX-License-Identifier: BSD-2-Clause
# hv/config_partition.c: Two partitions can have the same name where others are between them.
s/for (unsigned i = 0; i < reader->about; i++) {/for (unsigned i = reader->about > 0 ? reader->about - 1 : 0; i < reader->about; i++) {/
