/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A data logger. A flow meter's pulses come on line 3; for every ten of them a record is written,
 * and every 50 ticks a report. Argument: ticks=, how long it runs.
 *
 * It loses interrupts.
 */
#include "belfry/hv.h"

enum {
    PULSE = HV_VECTOR_COM2, /* line 3 */
    RECORD = 48,            /* raised here, for what takes too long for the pulses' handler */
    PULSES_IN_RECORD = 10,
    RECORDS_AT_ONCE = 2,
    PERIOD = 50 /* ticks from one report to the next */
};

static uint64_t ticks, pulses, records;

static void on_pulse(const struct hv_upcall *upcall, void *context)
{
    (void)context;
    for (uint64_t i = 0; i < upcall->count; i++)
        if (++pulses % PULSES_IN_RECORD == 0)
            hv_call_irq_raise(RECORD, 0);
}

/* A record takes its time, so there are only so many at once: nobody else is told meanwhile. */
static void on_record(const struct hv_upcall *upcall, void *context)
{
    uint64_t due = upcall->count < RECORDS_AT_ONCE ? upcall->count : RECORDS_AT_ONCE;

    (void)context;
    for (; due > 0; due--)
        hv_printf("record %lu, tick %lu\n", ++records, ticks);
}

/* No pulse may come in between, or the figures would not belong together. */
static void report(void)
{
    hv_irq_unregister(PULSE);
    hv_printf("report: %lu ticks, %lu pulses, %lu records\n", ticks, pulses, records);
    hv_irq_register(PULSE, on_pulse, NULL);
}

static void on_tick(const struct hv_upcall *upcall, void *context)
{
    (void)upcall;
    (void)context;
    if (++ticks % PERIOD == 0)
        report();
}

int main(void)
{
    uint64_t end = hv_arg("ticks", 1000);

    hv_irq_register(HV_VECTOR_PIT, on_tick, NULL);
    hv_irq_register(PULSE, on_pulse, NULL);
    hv_irq_register(RECORD, on_record, NULL);
    while (ticks < end) {
        hv_call_vcpu_wait();
        hv_irq_disable(); /* so that nothing comes between the look and the wait */
    }
    hv_printf("%lu ticks, %lu pulses, %lu records\n", ticks, pulses, records);
    return 0;
}
