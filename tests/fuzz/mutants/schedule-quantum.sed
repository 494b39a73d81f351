# SPDX-License-Identifier: BSD-2-Clause
# hv/schedule.c: A turn is one tick too long.
s/--schedule->turn_left > 0)/schedule->turn_left-- > 0)/
