# SPDX-License-Identifier: BSD-2-Clause
# hv/elf.c: A segment may end on the guard page.
s/program->memsz > bounds->end - program->vaddr)/program->memsz > bounds->end - program->vaddr + HV_PAGE_SIZE)/
