# SPDX-License-Identifier: BSD-2-Clause
# hv/schedule.c: The queue is closed up one batch short.
s/for (; i < schedule->batches; i++)/for (; i + 1 < schedule->batches; i++)/
