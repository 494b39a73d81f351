# SPDX-License-Identifier: BSD-2-Clause
# boot/multiboot.c: A command line is read up to its NUL, also behind the end of memory.
s/length < BOOT_LINE_MAX - 1 && address < memory->size; address++/length < BOOT_LINE_MAX - 1; address++/
