# SPDX-License-Identifier: BSD-2-Clause
# hv/elf.c: The last program header may lie outside the file.
s/header->phnum \* sizeof(struct program_header) > image->size/(header->phnum - 1u) * sizeof(struct program_header) > image->size/
