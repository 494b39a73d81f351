/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ANY_CONSOLE_H
#define ANY_CONSOLE_H

#include <stdbool.h>

/* What console_report() answers: for the driver to say, so that Eva keeps the two cases apart. */
extern bool any_console_takes;

#endif
