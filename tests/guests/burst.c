/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An edge-triggered line that comes too often: COM2's "transmitter empty" is enabled and disabled,
 * which makes one edge, as often as a test wants within one tick. `burst` is what the hypervisor's
 * line says. Under icount alone: each edge is taken before the next instruction. Two lives; what
 * each says of its sums, test_lines.py compares with the summary.
 */
#include "guest.h"

enum { COM2_IER = 0x2F9, THRI = 2 };

#define CHECKS_IN_FIRST 18

static volatile uint64_t ticks;
static uint64_t tick_zero; /* the TSC at the tick before the first that was raised */
static uint64_t told, upcalls, discarded;
static uint64_t burst;

static void on_line(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    if (frame->vector == HV_VECTOR_PIT) {
        ticks += frame->count;
        return;
    }
    told += frame->count;
    upcalls++;
}

static void next_tick(void)
{
    for (uint64_t now = ticks; ticks == now;)
        call(HV_CALL_VCPU_WAIT);
}

static void provoke(uint64_t edges)
{
    for (uint64_t i = 0; i < edges; i++) {
        out8(COM2_IER, THRI);
        out8(COM2_IER, 0);
    }
}

static void check_since(const struct hv_irq_stats *before, uint64_t raised, uint64_t held,
                        const char *what)
{
    struct hv_irq_stats now = stats_of(HV_VECTOR_COM2);
    if (!OK(now.raised - before->raised == raised && now.held - before->held == held, "%s", what))
        tap_note("raised %lu, held %lu; expected %lu and %lu", now.raised - before->raised,
                 now.held - before->held, raised, held);
}

/* After a tick in which the line was held with an edge latched: that edge is an occurrence of the
 * next tick, where it may be one too many again. */
static uint64_t held_by_latched(void)
{
    return burst == 1;
}

/* So many edges, at the beginning of a tick. */
static void check_tick(uint64_t edges, const char *what)
{
    next_tick();
    struct hv_irq_stats before = stats_of(HV_VECTOR_COM2);
    bool held = edges >= burst, latched = edges > burst;
    provoke(edges);
    check_since(&before, held ? burst : edges, held, what);
    next_tick();
    next_tick();
    check_since(&before, (held ? burst : edges) + latched, held + latched * held_by_latched(),
                latched ? "the next tick brings one more" : "the next tick brings none");
}

/* Without a pause, over so many ticks. */
static void check_long(uint64_t length)
{
    next_tick();
    struct hv_irq_stats before = stats_of(HV_VECTOR_COM2);
    for (uint64_t end = ticks + length - 1; ticks < end;)
        provoke(1);
    provoke(2 * burst);
    check_since(&before, length * burst, length, "20 ticks without a pause: each full, each held");
    next_tick();
    next_tick();
    check_since(&before, length * burst + 1, length + held_by_latched(), "and one more after them");
}

/* Counted, whether told or not; and registering anew opens no line that is held. */
static void check_registered_anew(void)
{
    next_tick();
    struct hv_irq_stats before = stats_of(HV_VECTOR_COM2);
    call(HV_CALL_IRQ_MASK, HV_VECTOR_COM2);
    provoke(burst + 9);
    check_since(&before, burst, 1, "masked: counted the same");
    int64_t answer = call(HV_CALL_IRQ_UNREGISTER, HV_VECTOR_COM2);
    IS(answer, burst, "UNREGISTER answers what was not told");
    discarded += (uint64_t)answer;
    must_register(HV_VECTOR_COM2);
    provoke(9);
    check_since(&before, burst, 1, "registered anew in the same tick: still held");
    next_tick();
    next_tick();
    check_since(&before, burst + 1, 1 + held_by_latched(), "open again with the next tick");
}

static void check_sums(void)
{
    struct hv_irq_stats stats = stats_of(HV_VECTOR_COM2), clock;
    OK(stats.raised == told + discarded && stats.acknowledged == told &&
           stats.discarded == discarded && stats.upcalls == upcalls,
       "raised %lu: %lu told in %lu upcalls, %lu discarded", stats.raised, told, upcalls,
       discarded);
    next_tick();
    uint64_t elapsed = (rdtsc() - tick_zero + tick_cycles() / 2) / tick_cycles();
    clock = stats_of(HV_VECTOR_PIT);
    OK(clock.raised == elapsed && clock.held == 0, "line 0 is exempt: %lu ticks", clock.raised);
    if (clock.raised != elapsed)
        tap_note("the TSC says %lu", elapsed);
}

/* What the summary's sums of the line are compared with. */
static void say_life(void)
{
    struct hv_irq_stats stats = stats_of(HV_VECTOR_COM2);
    say("life raised %lu held %lu", stats.raised, stats.held);
}

static void start(void)
{
    on_upcall = on_line;
    must_register(HV_VECTOR_PIT);
    next_tick();
    tick_zero = rdtsc() - ticks * tick_cycles();
    must_register(HV_VECTOR_COM2);
}

/* Ends while the line is held, an edge latched. */
static void first_life(void)
{
    start();
    IS(stats_of(HV_VECTOR_COM2).raised, 0, "nothing came");
    check_tick(burst - 1, "one less than burst: each is counted");
    check_tick(burst, "burst: each is counted, the line is held");
    check_tick(burst + 50, "more than burst: the others are not");
    check_long(20);
    check_registered_anew();
    check_sums();
    next_tick();
    provoke(burst + 9);
    say_life();
    call(HV_CALL_PARTITION_RESTART);
}

static void second_life(void)
{
    tap_continue(CHECKS_IN_FIRST);
    IS(stats_of(HV_VECTOR_COM2).held, 0, "restarted: held is 0");
    start();
    interrupts_enable();
    struct hv_irq_stats stats = stats_of(HV_VECTOR_COM2);
    OK(stats.raised == 1 && told == 1, "the edge latched before is one occurrence");
    IS(stats.held, held_by_latched(), "held counts this life's");
    check_sums();
    say_life();
}

void run(void)
{
    burst = argument("burst", 16);
    if (PAGE->restarts == 0)
        first_life();
    else
        second_life();
}
