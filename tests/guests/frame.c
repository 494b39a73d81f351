/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says when it had the CPU: it looks at the TSC all the time, and a gap of more than `gap` ns (20
 * µs) ends a turn. For each turn that began from `from` to `until`, in ms after power-on, a line
 * `turn START END`, before them a line `tick TSC`, which is when a tick came, to some 10
 * instructions. For icount alone, where a TSC tick is a nanosecond.
 *
 * With `yield` it gives up each turn so many µs after its start. With `wait` it sleeps until an
 * upcall, and its turns are so many µs from each upcall's entry on: of line 0, or of the clock's
 * line 8 with `rtc`. With `punctual` each turn must begin that soon after a tick, in ns.
 */
#include "guest.h"

#define NS_PER_MS  1000000ul
#define NS_PER_S   1000000000ul
#define TURNS      1024
#define VECTOR_RTC 40

/* Of the clock: its ports, and registers A, B and C (Motorola MC146818 data sheet). */
enum { RTC_INDEX = 0x70, RTC_DATA = 0x71, RTC_A = 0x0A, RTC_B = 0x0B, RTC_C = 0x0C };
enum { RTC_8192_HZ = 0x23, RTC_PERIODIC = 0x42 };

static struct turn {
    uint64_t start, end;
} turns[TURNS];
static unsigned count;
static uint64_t from, until;
static volatile uint64_t last_look, woken, anchor;

static uint8_t rtc_read(uint8_t index)
{
    out8(RTC_INDEX, index);
    return in8(RTC_DATA);
}

static void rtc_write(uint8_t index, uint8_t value)
{
    out8(RTC_INDEX, index);
    out8(RTC_DATA, value);
}

static void on_any(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    woken = rdtsc();
    if (frame->vector == VECTOR_RTC)
        rtc_read(RTC_C);
    else if (woken - last_look < 2500)
        anchor = last_look;
}

/* A tick that comes while this guest looks at the TSC. */
static void find_tick(void)
{
    must_register(HV_VECTOR_PIT);
    interrupts_enable();
    while (anchor == 0)
        last_look = rdtsc();
    last_look = 0;
    interrupts_disable();
}

static void note_turn(uint64_t start, uint64_t end)
{
    if (start < from || start >= until || count == TURNS)
        return;
    turns[count].start = start;
    turns[count++].end = end;
}

/* Runs until the turn ends. Answers when it did; *next is when the next began. */
static uint64_t turn_end(uint64_t *next, uint64_t yield_at)
{
    uint64_t last = rdtsc(), gap = argument("gap", 20000);
    for (;;) {
        uint64_t now = rdtsc();
        if (now - last > gap) {
            *next = now;
            return last;
        }
        last = now;
        if (now > yield_at)
            call(HV_CALL_VCPU_YIELD);
    }
}

static void watch(void)
{
    uint64_t next, yield = argument("yield", 0) * 1000;
    turn_end(&next, ~0ul);
    while (next < until) {
        uint64_t start = next;
        uint64_t end = turn_end(&next, yield ? start + yield : ~0ul);
        note_turn(start, end);
    }
}

static void start_rtc(void)
{
    call(HV_CALL_IRQ_UNREGISTER, HV_VECTOR_PIT);
    must_register(VECTOR_RTC);
    rtc_write(RTC_A, RTC_8192_HZ);
    rtc_write(RTC_B, RTC_PERIODIC);
    rtc_read(RTC_C);
}

/* From `woken` on; a window's end may part it in two. */
static void work_until(uint64_t deadline)
{
    uint64_t start = woken, last = start, gap = argument("gap", 20000);
    while (last < deadline) {
        uint64_t now = rdtsc();
        if (now - last > gap) {
            note_turn(start, last);
            start = now;
        }
        last = now;
    }
    note_turn(start, last);
}

static void sleep(uint64_t us)
{
    do {
        interrupts_disable();
        woken = 0;
        while (woken == 0)
            call(HV_CALL_VCPU_WAIT);
        interrupts_disable();
        work_until(woken + us * 1000);
    } while (woken < until);
}

/* How long after a tick, in ns. */
static uint64_t lateness(uint64_t tsc)
{
    return (tsc - anchor) * HV_PIT_HZ % (PAGE->tick_divisor * NS_PER_S) / HV_PIT_HZ;
}

static void check_punctual(uint64_t limit)
{
    uint64_t least = ~0ul, most = 0;
    for (unsigned i = 0; i < count; i++) {
        uint64_t late = lateness(turns[i].start);
        least = late < least ? late : least;
        most = late > most ? late : most;
    }
    tap_note("%u turns began %lu to %lu instructions after a tick", count, least, most);
    OK(most <= limit, "each began within %lu instructions of a tick", limit);
}

void run(void)
{
    from = argument("from", 20) * NS_PER_MS;
    until = argument("until", 60) * NS_PER_MS;
    on_upcall = on_any;
    find_tick();
    if (argument("rtc", 0))
        start_rtc();
    if (argument("wait", 0))
        sleep(argument("wait", 0));
    else
        watch();
    interrupts_disable();
    /* The others' turns are not to be disturbed by this one's lines. */
    while (rdtsc() < until + NS_PER_MS)
        call(HV_CALL_VCPU_YIELD);
    if (argument("punctual", 0))
        check_punctual(argument("punctual", 0));
    OK(count > 0 && count < TURNS, "%u turns", count);
    say("tick %lu", anchor);
    for (unsigned i = 0; i < count; i++)
        say("turn %lu %lu", turns[i].start, turns[i].end);
}
