/* SPDX-License-Identifier: BSD-2-Clause */
#include "belfry/hv.h"
#include "belfry/ring.h"

bool hv_ring_put(struct hv_ring *ring, uint8_t byte)
{
    if ((uint8_t)(ring->head + 1) == ring->tail)
        return false;
    ring->bytes[ring->head++] = byte;
    return true;
}

/* Interrupts are disabled between the look and the wait, so that no byte can come in between and
 * leave us waiting for another; VCPU_WAIT enables them. */
uint8_t hv_ring_wait(struct hv_ring *ring)
{
    hv_irq_disable();
    while (ring->head == ring->tail) {
        hv_call_vcpu_wait();
        hv_irq_disable();
    }
    uint8_t byte = ring->bytes[ring->tail++];
    hv_irq_enable();
    return byte;
}
