# SPDX-License-Identifier: BSD-2-Clause
# hv/work.c: The last page of a partition is not cleared between two lives.
s/uint64_t left = partition->size - partition->position;/uint64_t size = partition->size - (partition->restarts > 0 ? HV_PAGE_SIZE : 0), left = size - partition->position;/;s/if (partition->position < partition->size)/if (partition->position < size)/
