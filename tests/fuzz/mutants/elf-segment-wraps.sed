# SPDX-License-Identifier: BSD-2-Clause
# hv/elf.c: A segment may end behind the file where its end is no longer a 64-bit number.
s/program->filesz > image->size - program->offset)/program->offset + program->filesz > image->size)/;s/if (program->offset > image->size)/if (program->offset > UINT64_MAX - 1)/
