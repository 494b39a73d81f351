# SPDX-License-Identifier: BSD-2-Clause
# hv/elf.c: The entry point may lie on the page behind an executable one.
s/page_of(entry) <= last_page)/page_of(entry) <= last_page + HV_PAGE_SIZE)/
