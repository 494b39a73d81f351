# SPDX-License-Identifier: BSD-2-Clause
# hv/console_source.c: A report may follow in the line that a guest has begun.
s/if (source->bytes\[(source->tail - 1) % SOURCE_RING\] != '.n')/if (source->tail == UINT64_MAX)/
