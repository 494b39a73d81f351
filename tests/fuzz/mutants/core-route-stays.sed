# SPDX-License-Identifier: BSD-2-Clause
# hv/route.c: Who unregisters stays in the set of those to be told.
s/bit_clear(route->registered\[vector\], id);/route->registered[vector];/
