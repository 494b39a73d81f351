/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is typed on the console. It goes to one partition of those with `console` on their lines, at
 * first the first; Ctrl-A and a digit choose another, counted from 0 in the order of the modules,
 * and Ctrl-A twice is one Ctrl-A. Each byte that is kept raises HV_VECTOR_CONSOLE once.
 */
#ifndef HV_INPUT_H
#define HV_INPUT_H

#include <stdbool.h>
#include <stdint.h>
#include "hv/config.h"

/* After the partitions are created, and the console is opened. False: nobody listens. */
bool input_init(const struct config *config);

/* The line that input_take() serves, or HV_LINES: there is none. */
unsigned input_line(void);

/* An interrupt of that line: takes INPUT_STEP bytes at most; bounded. */
#define INPUT_STEP 8
void input_take(void);

/* Moves what partition `id` has not read to `bytes`, `length` of it at most: how many. */
unsigned input_read(unsigned id, uint8_t *bytes, unsigned length);

#endif
