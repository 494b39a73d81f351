# SPDX-License-Identifier: BSD-2-Clause
# hv/console.c: A step puts more than CONSOLE_STEP bytes on the wire.
s/room = CONSOLE_STEP;/room = CONSOLE_STEP + (wire.put % 64 == 63);/
