/* SPDX-License-Identifier: BSD-2-Clause */
/* What the hypervisor counts, against the TSC and own counts. */
#include "witness.h"

static uint64_t raised, told, acknowledged, discarded, upcalls; /* of RAISED */
static uint64_t last_told;                                      /* of the last upcall of RAISED */
static bool started;

void books_start(void)
{
    must_register(HV_VECTOR_PIT);
    must_register(RAISED);
    clock_start();
    started = true;
}

/* What the TSC says, to the tick, unless a tick may come meanwhile. */
static void check_raised(uint64_t before)
{
    struct hv_irq_stats stats = stats_of(HV_VECTOR_PIT);
    uint64_t after = clock_fine(rdtsc());
    if (started && after % 256 < 240 && after / 256 == before / 256)
        must(stats.raised == before / 256, TICKS, "raised %lu, the TSC says %lu", stats.raised,
             before / 256);
}

void books_upcall(const struct hv_upcall *frame, uint64_t now)
{
    if (frame->vector == HV_VECTOR_PIT) {
        clock_on_tick(frame, now);
        check_raised(clock_fine(now));
        must(frame->upcall == clock_upcalls, FRAMES, "upcall %lu says it is %lu", clock_upcalls,
             frame->upcall);
        return;
    }
    last_told = frame->count;
    told += frame->count;
    acknowledged += frame->count;
    upcalls++;
    must(frame->vector == RAISED && frame->upcall == upcalls, FRAMES,
         "upcall %lu of vector %lu, expected %lu", frame->upcall, frame->vector, upcalls);
}

static void raise(uint64_t n)
{
    raised += n;
    while (n-- > 0)
        must(call(HV_CALL_IRQ_RAISE, RAISED, 0) == 0, BOOKS, "RAISE was refused");
}

/* Some by IRQ_ACK, which a poller would use; the rest by an upcall. */
static void acknowledge(uint64_t n, uint64_t of)
{
    int64_t left = call(HV_CALL_IRQ_ACK, RAISED, n);
    acknowledged += n;
    must(left == (int64_t)(of - n), BOOKS, "%ld are left of %lu after %lu", (long)left, of, n);
}

static void discard(uint64_t n)
{
    int64_t lost = call(HV_CALL_IRQ_UNREGISTER, RAISED);
    discarded += n;
    must(lost == (int64_t)n, BOOKS, "UNREGISTER discarded %ld of %lu", (long)lost, n);
    must(call(HV_CALL_IRQ_REGISTER, RAISED, upcall_entry) == 0, BOOKS, "REGISTER was refused");
}

void books_exercise(void)
{
    uint64_t n = draw() % 5, first = n ? draw() % n : 0;
    interrupts_disable();
    call(HV_CALL_IRQ_MASK, RAISED);
    raise(n);
    if (first)
        acknowledge(first, n);
    if (draw() % 4 == 0) {
        discard(n - first);
        interrupts_enable();
        return;
    }
    call(HV_CALL_IRQ_UNMASK, RAISED);
    last_told = 0;
    interrupts_enable();
    must(last_told == n - first, FRAMES, "an upcall told %lu of %lu", last_told, n - first);
}

/* Each term; what is outstanding may grow while this looks at it. */
void books_check(void)
{
    interrupts_disable();
    struct hv_irq_stats one = stats_of(RAISED), clock = stats_of(HV_VECTOR_PIT);
    must(one.raised == raised && one.acknowledged == acknowledged && one.discarded == discarded &&
             one.outstanding == 0 && one.upcalls == upcalls && one.held == 0,
         BOOKS, "of vector %u: raised %lu of %lu, acknowledged %lu of %lu, upcalls %lu of %lu",
         RAISED, one.raised, raised, one.acknowledged, acknowledged, one.upcalls, upcalls);
    must(clock.acknowledged == clock_told && clock.raised == clock_told + clock.outstanding &&
             clock.upcalls == clock_upcalls && clock.discarded == 0 && clock.held == 0,
         BOOKS, "of line 0: raised %lu, acknowledged %lu of %lu, upcalls %lu of %lu", clock.raised,
         clock.acknowledged, clock_told, clock.upcalls, clock_upcalls);
    interrupts_enable();
}

void books_look(void)
{
    uint64_t expected;
    struct hv_irq_stats clock = clock_look(&expected);
    must(clock.raised == expected, TICKS, "raised %lu, the TSC says %lu", clock.raised, expected);
    interrupts_enable();
}
