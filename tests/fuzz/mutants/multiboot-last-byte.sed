# SPDX-License-Identifier: BSD-2-Clause
# boot/multiboot.c: What ends one byte behind memory is read.
s/address <= memory->size - length;/address <= memory->size - length + 1;/
