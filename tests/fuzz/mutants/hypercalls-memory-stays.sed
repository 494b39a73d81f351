# SPDX-License-Identifier: BSD-2-Clause
# hv/work.c: The last page of a partition is not cleared between two lives.
s/uint64_t left = partition->size - partition->position;/uint64_t left = partition->size - partition->position - HV_PAGE_SIZE;/;s/if (partition->position < partition->size)/if (partition->position + HV_PAGE_SIZE < partition->size)/
