# SPDX-License-Identifier: BSD-2-Clause
# hv/console_turns.h: A partial line that has waited is not shown.
s/turns->overdue |= turns->aged;/turns->overdue |= turns->aged \& ~(uint64_t)1;/
