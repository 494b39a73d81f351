/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ring of bytes from a handler to main(): the handler puts and never waits, main() waits. It
 * holds 255. One whose bytes are all 0 is empty, as a static one is at first.
 */
#ifndef BELFRY_RING_H
#define BELFRY_RING_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Empty when head == tail. Both wrap by themselves, since they are as wide as the ring is long. */
struct hv_ring {
    uint8_t bytes[256];
    uint8_t head; /* where the next byte goes */
    uint8_t tail; /* where the oldest byte is */
};

/* Adds a byte; false where the ring is full. For handlers, or with interrupts disabled. */
bool hv_ring_put(struct hv_ring *ring, uint8_t byte);

/* Takes the oldest byte, after waiting until there is one. Enables interrupts. A vector whose
 * handler puts must be registered. */
uint8_t hv_ring_wait(struct hv_ring *ring);

#ifdef __cplusplus
}
#endif

#endif
