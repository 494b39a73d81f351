# SPDX-License-Identifier: BSD-2-Clause
# hv/config_partition.c: Memory need not be whole pages.
s/(bytes << shift) % HV_PAGE_SIZE != 0/(bytes << shift) % 1024 != 0/
