# SPDX-License-Identifier: BSD-2-Clause
# hv/config_grants.c: A line can be granted to the partition right after its owner.
s/line != 0 && i < reader->about; i++/line != 0 \&\& i + 1 < reader->about; i++/
