/* SPDX-License-Identifier: BSD-2-Clause */
/* Scancodes of set 1, as the keyboard controller hands them over, to characters (US layout). */
#ifndef KEYBOARD_SCANCODE_H
#define KEYBOARD_SCANCODE_H

#include <stdbool.h>
#include <stdint.h>

#define KEY_ESCAPE '\x1B'

struct scancode_state {
    bool left_shift;
    bool right_shift;
    bool extended; /* the byte before was the prefix 0xE0 */
};

/* Takes the next byte from the keyboard. The character that was typed, or 0: a key was released, or
 * has no character here. */
char scancode_decode(struct scancode_state *state, uint8_t code);

#endif
