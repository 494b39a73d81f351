# SPDX-License-Identifier: BSD-2-Clause
# boot/multiboot.c: Of two ranges that are united the end of the later one counts.
s/end = end > ranges\[after\].end ? end : ranges\[after\].end;/end = ranges[after].end;/
