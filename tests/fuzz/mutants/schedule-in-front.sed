# SPDX-License-Identifier: BSD-2-Clause
# hv/schedule.c: Who becomes ready joins those who come next, so that two can starve a third.
s/^    \*batch(schedule, schedule->batches++) = set;/    if (schedule->batches > 1)\n        *batch(schedule, 1) |= set;\n    else\n        *batch(schedule, schedule->batches++) = set;/
