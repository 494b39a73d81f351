/* SPDX-License-Identifier: BSD-2-Clause */
/* The system on the fake architecture against the model. */
#ifndef COMPARE_SYSTEM_H
#define COMPARE_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>
#include "model_system.h"

/* Lets the model follow what slices of work did: vectors collected, guests started or stopped. How
 * long that takes is not the model's to say; what comes of it is. Compares all memory of a life
 * that has ended. */
void compare_follow(void);

/* Who runs is who should, with its registers, after the upcall that was due. */
void compare_running(const struct frame *frame);

/* Counters, registers, lines, the vCPU pages. */
void compare_states(void);

/* All memory of all guests that have started. */
void compare_memory(void);

/* The machine has ended, and should have; `exits`: as the command line says. */
void compare_end(bool exits);

#endif
