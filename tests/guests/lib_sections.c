/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library's critical sections: no upcall within, whatever they stand in; what is due comes at
 * the end of the outermost.
 *
 * system: lib_sections line=0 vector=48
 */
#include "belfry/hv.h"
#include "tap.h"

static uint64_t raises;
static bool inside, enabled_in_handler;

static void on_raise(const struct hv_upcall *upcall, void *context)
{
    (void)context;
    raises += upcall->count;
    bool enabled = hv_irq_save();
    enabled_in_handler |= enabled;
    hv_irq_restore(enabled);
    enabled_in_handler |= !hv_page()->irq_disabled;
}

static void check_nested(void)
{
    IS(hv_irq_register(48, on_raise, NULL), 0, "a virtual vector");
    bool first = hv_irq_save();
    OK(!first, "main() begins with interrupts disabled");
    hv_irq_restore(first);
    IS(hv_page()->irq_disabled, 1, "and after a section they are as before");

    hv_irq_enable();
    bool outer = hv_irq_save();
    bool inner = hv_irq_save();
    OK(outer && !inner, "only the outermost found them enabled");
    hv_call_irq_raise(48, 0);
    hv_irq_restore(inner);
    IS(raises, 0, "no upcall in the inner one, nor at its end");
    hv_call_irq_raise(48, 0);
    hv_irq_restore(outer);
    IS(raises, 2, "at the end of the outer one, at once, both");
    IS(hv_page()->irq_disabled, 0, "and interrupts are enabled");
    OK(!enabled_in_handler, "a section in a handler leaves them disabled");
}

/* Both add to it in three steps, between which the other must not come. */
static volatile uint64_t sum;
static uint64_t ticks;

static void on_tick(const struct hv_upcall *upcall, void *context)
{
    (void)context;
    ticks += upcall->count;
    if (inside)
        raises++;
    sum = sum + 1;
}

static void check_against_ticks(void)
{
    uint64_t mine = 0;
    struct hv_irq_stats stats = {0};

    raises = 0;
    IS(hv_irq_register(HV_VECTOR_PIT, on_tick, NULL), 0, "ticks");
    while (ticks < 100) {
        bool enabled = hv_irq_save();
        inside = true;
        uint64_t before = sum;
        for (volatile int i = 0; i < 20; i++)
            ;
        sum = before + 1;
        mine++;
        inside = false;
        hv_irq_restore(enabled);
    }
    hv_irq_disable();
    hv_call_irq_stats(HV_VECTOR_PIT, &stats, sizeof(stats));
    IS(raises, 0, "no tick came into a section");
    IS(sum, mine + stats.upcalls, "and of what both counted together nothing is missing");
}

int main(void)
{
    check_nested();
    check_against_ticks();
    tap_done();
}
