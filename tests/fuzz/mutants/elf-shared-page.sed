# SPDX-License-Identifier: BSD-2-Clause
# hv/elf.c: A page may be writable by one segment and executable by another.
s/if (progress->any && first_page == progress->last_page)/if (progress->any \&\& first_page == progress->end)/
