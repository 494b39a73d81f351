# SPDX-License-Identifier: BSD-2-Clause
# hv/schedule.c: Who gave up one window is not given the next.
s/schedule->given_up = false;/schedule->given_up \&= schedule->window_count > 1;/
