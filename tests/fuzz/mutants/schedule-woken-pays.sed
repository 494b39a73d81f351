# SPDX-License-Identifier: BSD-2-Clause
# hv/schedule.c: A tick is counted to who wakes with it.
s/if (ran == VCPU_NONE || has_window(schedule, ran) || --schedule->turn_left > 0)/ran = schedule_pick(schedule);\n    &/
