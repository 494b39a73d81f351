/* SPDX-License-Identifier: BSD-2-Clause */
#include "scancode.h"

#define PREFIX      0xE0
#define RELEASED    0x80
#define LEFT_SHIFT  0x2A
#define RIGHT_SHIFT 0x36

/* From code 1 (Esc) to 0x39 (the space bar). A key without a character has a 0. */
static const char plain[] = "\0\x1B"
                            "1234567890-=\0\t"
                            "qwertyuiop[]\n\0"
                            "asdfghjkl;'`\0"
                            "\\zxcvbnm,./\0\0\0 ";
static const char shifted[] = "\0\x1B"
                              "!@#$%^&*()_+\0\t"
                              "QWERTYUIOP{}\n\0"
                              "ASDFGHJKL:\"~\0"
                              "|ZXCVBNM<>?\0\0\0 ";

_Static_assert(sizeof(plain) == 0x39 + 2, "one character for each code, and the NUL");
_Static_assert(sizeof(shifted) == sizeof(plain), "the same keys");

static bool is_shift(struct scancode_state *state, uint8_t key, bool pressed)
{
    if (key == LEFT_SHIFT)
        state->left_shift = pressed;
    else if (key == RIGHT_SHIFT)
        state->right_shift = pressed;
    else
        return false;
    return true;
}

char scancode_decode(struct scancode_state *state, uint8_t code)
{
    bool extended = state->extended;
    bool pressed = !(code & RELEASED);
    uint8_t key = code & (uint8_t)~RELEASED;

    state->extended = code == PREFIX;
    /* Arrows and the like: some of their codes are those of other keys. */
    if (extended || state->extended)
        return 0;
    if (is_shift(state, key, pressed) || !pressed || key >= sizeof(plain) - 1)
        return 0;
    const char *characters = state->left_shift || state->right_shift ? shifted : plain;
    return characters[key];
}
