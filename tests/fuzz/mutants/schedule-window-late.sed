# SPDX-License-Identifier: BSD-2-Clause
# hv/schedule.c: A window ends when the one after it should have had a tick.
s/--schedule->window_left > 0)/schedule->window_left-- > 0)/
