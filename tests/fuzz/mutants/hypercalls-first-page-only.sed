# SPDX-License-Identifier: BSD-2-Clause
# hv/partition.c: Of a range of memory only the first page is looked at.
s/page <= (offset + length - 1) \/ HV_PAGE_SIZE;/page <= offset \/ HV_PAGE_SIZE;/
