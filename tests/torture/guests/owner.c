/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Owns a line whose device does not stop: `line`. How it looks after it, `how` says: 0 is away,
 * with its interrupts disabled; 1 serves each upcall, but takes its time, `us`; 2 never ends the
 * first service; 3 serves at once; 4 is away with the vector masked. Until `until`, in ms after
 * power-on; then it acknowledges what is left. Its sums are said for the host. For icount alone.
 */
#include "guest.h"

enum how { AWAY, SLOW, NEVER, SERVES, MASKED };

static uint64_t until, told, upcalls;
static unsigned vector;
static enum how how;

static void stay_away(void)
{
    while (rdtsc() < until)
        call(HV_CALL_VCPU_YIELD);
}

static void check_sums(void)
{
    struct hv_irq_stats stats = stats_of(vector);
    int64_t left = call(HV_CALL_IRQ_ACK, vector, stats.outstanding);
    say("raised %lu outstanding %lu held %lu upcalls %lu", stats.raised, stats.outstanding,
        stats.held, stats.upcalls);
    IS(stats.acknowledged, told, "acknowledged is what the upcalls told");
    IS(stats.raised, told + stats.outstanding, "and the rest is outstanding, to the last one");
    IS(stats.upcalls, upcalls, "upcalls");
    IS(stats.discarded, 0, "none is discarded");
    OK(left >= 0, "all of them can be acknowledged at once");
    struct hv_irq_stats after = stats_of(vector);
    IS(after.acknowledged, stats.raised, "and are");
}

static void on_line(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    upcalls++;
    if (how == NEVER) {
        stay_away(); /* in service, with interrupts disabled */
        check_sums();
        tap_done();
    }
    if (how == SLOW)
        spin_us(argument("us", 500));
    told += frame->count;
}

void run(void)
{
    until = argument("until", 100) * 1000000;
    how = argument("how", AWAY);
    vector = HV_VECTOR_LINE + (unsigned)argument("line", 3);
    on_upcall = on_line;
    must_register(vector);
    if (how == MASKED)
        call(HV_CALL_IRQ_MASK, vector);
    if (how != AWAY)
        interrupts_enable();
    while (rdtsc() < until)
        call(HV_CALL_VCPU_YIELD);
    interrupts_disable();
    check_sums();
}
