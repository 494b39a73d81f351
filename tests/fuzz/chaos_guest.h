/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest that does anything: calls, faults, and what it may do to its registers and its memory. */
#ifndef CHAOS_GUEST_H
#define CHAOS_GUEST_H

#include <stdbool.h>
#include "fuzz.h"

/* The guest that runs does something, and the model of it the same. True where that brings it into
 * the hypervisor. */
bool chaos_act(struct input *input);

#endif
