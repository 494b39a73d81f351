# SPDX-License-Identifier: BSD-2-Clause
# boot/multiboot.c: Ranges that touch stay apart.
s/ranges\[after\].start <= end; after++/ranges[after].start < end; after++/
