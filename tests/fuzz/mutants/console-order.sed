# SPDX-License-Identifier: BSD-2-Clause
# hv/console.c: The hypervisor speaks after the partitions.
s/if (source_used(&own) > 0) {/if (source_used(\&own) > 0 \&\& turns.ready == 0) {/
