/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A data logger. A flow meter's pulses come on line 3; for every ten of them a record is written,
 * and every 50 ticks a report. Argument: ticks=, how long it runs.
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

/* A record takes its time, so there are only so many at once: nobody else is told meanwhile. Those
 * are acknowledged here; the others stay outstanding, and the next upcall tells of them. */
static void on_record(const struct hv_upcall *upcall, void *context)
{
    uint64_t due = upcall->count < RECORDS_AT_ONCE ? upcall->count : RECORDS_AT_ONCE;

    (void)context;
    for (uint64_t i = 0; i < due; i++)
        hv_printf("record %lu, tick %lu\n", ++records, ticks);
    hv_call_irq_ack(RECORD, due);
}

/* In a handler no upcall is made, so that the figures belong together: what comes is told later. */
static void report(void)
{
    hv_printf("report: %lu ticks, %lu pulses, %lu records\n", ticks, pulses, records);
}

static void on_tick(const struct hv_upcall *upcall, void *context)
{
    uint64_t before = ticks / PERIOD;

    (void)context;
    ticks += upcall->count; /* while the meter has its window, several */
    if (ticks / PERIOD != before)
        report();
}

static void show(unsigned vector, uint64_t counted)
{
    struct hv_irq_stats stats = {0};

    hv_call_irq_stats(vector, &stats, sizeof(stats));
    hv_printf("vector %u: counted %lu, raised %lu, acknowledged %lu, discarded %lu, "
              "outstanding %lu, upcalls %lu\n",
              vector, counted, stats.raised, stats.acknowledged, stats.discarded, stats.outstanding,
              stats.upcalls);
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
    show(HV_VECTOR_PIT, ticks);
    show(PULSE, pulses);
    show(RECORD, records);
    return 0;
}
