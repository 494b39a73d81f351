# SPDX-License-Identifier: BSD-2-Clause
# hv/console.c: DEL is shown as it is.
s/byte <= 0x7E))/byte <= 0x7F))/
