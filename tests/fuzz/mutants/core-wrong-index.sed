# SPDX-License-Identifier: BSD-2-Clause
# hv/route.c: Each raise counts for the first vCPU of the set, once for each in it.
s/unsigned id = bit_first(rest);/unsigned id = bit_first(route->registered[vector]);/
