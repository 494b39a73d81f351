/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints what is typed; Esc ends it. The firmware has set the keyboard up. The controller asks for
 * the next interrupt only when the byte of the last was read, so one read for each upcall drains
 * it.
 */
#include "belfry/hv.h"
#include "belfry/port.h"
#include "belfry/ring.h"
#include "scancode.h"

#define KEYBOARD_DATA 0x60

static struct hv_ring typed;

static void on_key(const struct hv_upcall *upcall, void *context)
{
    struct scancode_state *state = context;
    char character = scancode_decode(state, hv_port_read(KEYBOARD_DATA));

    (void)upcall;
    if (character)
        hv_ring_put(&typed, (uint8_t)character);
}

/* A byte from before the registration would keep the controller from asking again. Its occurrence,
 * if there was one, goes first: a byte that comes between the two is read twice rather than never.
 */
static void forget_early_bytes(void)
{
    hv_call_irq_ack(HV_VECTOR_KBD, (uint64_t)hv_call_irq_ack(HV_VECTOR_KBD, 0));
    hv_port_read(KEYBOARD_DATA);
}

int main(void)
{
    struct scancode_state state = {0};
    int64_t status = hv_irq_register(HV_VECTOR_KBD, on_key, &state);
    if (status < 0) {
        hv_printf("vector %u: status %ld; expected the grant line=1\n", HV_VECTOR_KBD, status);
        return 1;
    }
    forget_early_bytes();
    hv_printf("type; Esc ends me\n");

    for (;;) {
        char character = (char)hv_ring_wait(&typed);
        if (character == KEY_ESCAPE)
            break;
        hv_putchar(character);
    }
    hv_printf("\nEsc: the end\n");
    return 0;
}
