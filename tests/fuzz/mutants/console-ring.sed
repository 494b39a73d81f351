# SPDX-License-Identifier: BSD-2-Clause
# hv/console_source.c: At the end of the ring the beginning is written twice.
s/(const uint8_t \*)bytes + first, length - first)/bytes, length - first)/
