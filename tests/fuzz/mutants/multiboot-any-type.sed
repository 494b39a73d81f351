# SPDX-License-Identifier: BSD-2-Clause
# boot/multiboot.c: Memory that is defective is handed out.
s/entry->type != TYPE_AVAILABLE/(entry->type != TYPE_AVAILABLE \&\& entry->type != 5)/
