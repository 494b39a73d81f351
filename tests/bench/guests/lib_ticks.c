/* SPDX-License-Identifier: BSD-2-Clause */
/* What a tick costs whom it interrupts, with an empty handler in C, registered by the library. */
#include "belfry/hv.h"
#include "sequences.h"

static void on_tick(const struct hv_upcall *upcall, void *context)
{
    (void)upcall, (void)context;
}

int main(void)
{
    uint64_t figures[SAMPLES];

    if (hv_irq_register(HV_VECTOR_PIT, on_tick, NULL) < 0)
        return 1;
    hv_irq_enable();
    for (unsigned i = 0; i < SAMPLES; i++)
        figures[i] = gap_cost();
    hv_irq_disable();
    hv_printf(FIGURES_FORMAT "\n", "trip-library", FIGURES(figures));
    return 0;
}
