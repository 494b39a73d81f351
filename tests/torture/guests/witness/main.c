/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks at all that is its own, step by step, up to `until`, in ms of the TSC after power-on.
 * `rest`: ticks that it waits in each step and leaves to the others. `seed`. For icount alone.
 */
#include <stdarg.h>
#include "hv/format.h"
#include "witness.h"

#define NOTES 8

static uint64_t wrong[SUBJECTS], looks[SUBJECTS];
static uint64_t state, step;

uint64_t draw(void)
{
    /* Xorshift64*: Marsaglia, "Xorshift RNGs". */
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545F4914F6CDD1D;
}

void draw_from(uint64_t seed)
{
    state = seed * 0x9E3779B97F4A7C15 + 1;
}

bool must(bool holds, enum subject subject, const char *format, ...)
{
    static uint64_t notes;
    char text[160];
    va_list list;

    looks[subject]++;
    if (holds)
        return true;
    wrong[subject]++;
    if (notes++ < NOTES) {
        va_start(list, format);
        format_list(text, sizeof(text), format, list);
        va_end(list);
        tap_note("step %lu: %s", step, text);
    }
    return false;
}

void say_verdicts(void)
{
    static const char *const names[] = {
        [TICKS] = "ticks",         [REGISTERS] = "registers and flags",
        [SELECTORS] = "selectors", [FX] = "x87 and SSE",
        [STACK] = "the red zone",  [MEMORY] = "memory",
        [BOOKS] = "the stats",     [FRAMES] = "the upcalls' frames"};
    for (unsigned i = 0; i < SUBJECTS; i++)
        OK(wrong[i] == 0 && looks[i] > 0, "%s: %lu of %lu looks found something else", names[i],
           wrong[i], looks[i]);
}

static void on_any(struct hv_upcall *frame, struct registers *entry)
{
    uint64_t now = rdtsc();
    books_upcall(frame, now);
    standing_upcall(frame, entry);
}

static void rest(uint64_t ticks)
{
    interrupts_enable();
    for (uint64_t end = clock_told + ticks; *(volatile uint64_t *)&clock_told < end;)
        call(HV_CALL_VCPU_WAIT);
}

static void take_step(uint64_t ticks)
{
    stand_still(1 + draw() % 2);
    stand_in_call(draw() % 2 ? HV_CALL_VCPU_YIELD : HV_CALL_VCPU_WAIT);
    books_exercise();
    memory_check_part();
    if (draw() % 8 == 0)
        books_look();
    rest(draw() % (2 * ticks + 1));
    books_check();
}

void run(void)
{
    uint64_t until = argument("until", 100) * 1000000, ticks = argument("rest", 4);
    draw_from(argument("seed", 1));
    on_upcall = on_any;
    memory_fill();
    standing_start();
    books_start();
    for (; rdtsc() < until; step++)
        take_step(ticks);
    memory_check_all();
    books_look();
    say_verdicts();
    tap_note("%lu steps, %lu ticks in %lu upcalls", step, clock_told, clock_upcalls);
}
