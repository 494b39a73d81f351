/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flow meter of lab 2, not to be changed: a device, played by a partition that has the second
 * serial port but not its line. Each time it enables the port's "transmitter empty" there is one
 * edge on line 3: a pulse. It makes 0 to 15 in a tick, for `ticks=` of its ticks, drawn by `seed=`,
 * and says how many they were.
 */
#include "belfry/hv.h"
#include "belfry/port.h"

enum { INTERRUPT_ENABLE = 0x2F9, TRANSMITTER_EMPTY = 0x02 };
enum { PAUSE = 50 }; /* ticks, until whoever counts has registered */

static uint64_t ticks;

static void on_tick(const struct hv_upcall *upcall, void *context)
{
    (void)context;
    ticks += upcall->count;
}

static void wait_ticks(uint64_t count)
{
    hv_irq_disable();
    for (uint64_t end = ticks + count; ticks < end; hv_irq_disable())
        hv_call_vcpu_wait();
}

/* 0 to 15, by a linear congruence (Knuth's MMIX). */
static unsigned draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*state >> 60);
}

static void pulse(void)
{
    hv_port_write(INTERRUPT_ENABLE, TRANSMITTER_EMPTY);
    hv_port_write(INTERRUPT_ENABLE, 0);
}

int main(void)
{
    uint64_t state = hv_arg("seed", 1), pulses = 0;

    hv_irq_register(HV_VECTOR_PIT, on_tick, NULL);
    wait_ticks(PAUSE);
    for (uint64_t left = hv_arg("ticks", 300); left > 0; left--) {
        wait_ticks(1);
        for (unsigned n = draw(&state); n > 0; n--, pulses++)
            pulse();
    }
    hv_printf("made %lu pulses\n", pulses);
    return 0;
}
