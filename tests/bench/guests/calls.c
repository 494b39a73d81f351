/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each hypercall costs: `int 0x80` and all that follows until the next instruction. Where two
 * looks at the TSC have a tick between them, the figure is out of line with the others.
 */
#include "guest.h"
#include "sequences.h"

#define FIRST  48
#define SECOND 49
#define TEXT   64

/* For who reads the trace: what follows is the next of the calls. It changes nothing. */
static void mark(void)
{
    call(HV_CALL_IRQ_STATS, FIRST, 0, 0);
}

static void as_is(void)
{
}

static void unregister(void)
{
    call(HV_CALL_IRQ_UNREGISTER, FIRST);
    call(HV_CALL_IRQ_UNREGISTER, HV_VECTOR_COM2);
}

static void reregister(void)
{
    unregister();
    call(HV_CALL_IRQ_REGISTER, FIRST, first_entry);
    call(HV_CALL_IRQ_REGISTER, HV_VECTOR_COM2, first_entry);
}

static void raise_two(void)
{
    reregister();
    call(HV_CALL_IRQ_RAISE, FIRST, 0);
    call(HV_CALL_IRQ_RAISE, FIRST, 0);
}

static void trace(void)
{
    call(HV_CALL_SYSTEM_TRACE, HV_TRACE_ON);
}

static void trace_and_reregister(void)
{
    reregister();
    trace();
}

/* Until the console has shown all, as it has for who writes seldom. */
static void drain(void)
{
    for (unsigned i = 0; i < 100; i++)
        call(HV_CALL_VCPU_YIELD);
}

static char text[TEXT] = "This is a line of sixty-four bytes, as one of a log might be. .\n";
static struct hv_irq_stats stats;

static const struct {
    const char *name;
    int64_t expected;
    void (*before)(void); /* brings about the state that the call is measured in */
    uint64_t number, arguments[3];
} calls[] = {
    {"version", HV_ABI_VERSION_SYSTEM, as_is, HV_CALL_VERSION, {0}},
    {"unknown-call", HV_ENOSYS, as_is, HV_CALL_IRQ_REGISTER - 1, {0}},
    {"ack-none", 0, reregister, HV_CALL_IRQ_ACK, {FIRST, 0}},
    {"ack-some", 0, raise_two, HV_CALL_IRQ_ACK, {FIRST, 2}},
    {"ack-part", 1, raise_two, HV_CALL_IRQ_ACK, {FIRST, 1}},
    {"register", 0, unregister, HV_CALL_IRQ_REGISTER, {FIRST, (uint64_t)first_entry}},
    {"unregister", 0, reregister, HV_CALL_IRQ_UNREGISTER, {FIRST}},
    {"register-line", 0, unregister, HV_CALL_IRQ_REGISTER, {HV_VECTOR_COM2, (uint64_t)first_entry}},
    {"unregister-line", 0, reregister, HV_CALL_IRQ_UNREGISTER, {HV_VECTOR_COM2}},
    {"mask", 0, raise_two, HV_CALL_IRQ_MASK, {FIRST}},
    {"unmask", 0, raise_two, HV_CALL_IRQ_UNMASK, {FIRST}},
    {"raise", 0, reregister, HV_CALL_IRQ_RAISE, {FIRST, 0}},
    {"stats",
     sizeof(stats),
     reregister,
     HV_CALL_IRQ_STATS,
     {FIRST, (uint64_t)&stats, sizeof(stats)}},
    {"poll", 0, reregister, HV_CALL_IRQ_POLL, {0}},
    {"version-traced", HV_ABI_VERSION_SYSTEM, trace, HV_CALL_VERSION, {0}},
    {"raise-traced", 0, trace_and_reregister, HV_CALL_IRQ_RAISE, {FIRST, 0}},
    {"console-write", TEXT, drain, HV_CALL_CONSOLE_WRITE, {(uint64_t)text, TEXT}},
};

static uint64_t figures[ARRAY_LENGTH(calls) + 1][SAMPLES]; /* the last: the second vector's */
static unsigned right[ARRAY_LENGTH(calls)];

static void measure_one(unsigned i)
{
    const uint64_t *arguments = calls[i].arguments;
    uint64_t nothing = measure_nothing(0, 0, 0, 0).instructions;
    for (unsigned sample = 0; sample < SAMPLES; sample++) {
        calls[i].before();
        struct cost cost = measure_call(calls[i].number, arguments[0], arguments[1], arguments[2]);
        right[i] += cost.result == calls[i].expected;
        figures[i][sample] = cost.instructions - nothing;
    }
}

static void measure_second_vector(uint64_t costs[SAMPLES])
{
    call(HV_CALL_IRQ_REGISTER, SECOND, second_entry);
    reregister();
    for (unsigned i = 0; i < SAMPLES; i++) {
        call(HV_CALL_IRQ_RAISE, FIRST, 0);
        call(HV_CALL_IRQ_RAISE, SECOND, 0);
        PAGE->irq_disabled = 0;
        __asm__ volatile("int $0x80" : : "a"(HV_CALL_IRQ_POLL) : "rdx", "memory", "cc");
        interrupts_disable();
        costs[i] = second_came - first_left - PAIR_BETWEEN;
    }
}

void run(void)
{
    for (unsigned i = 0; i < ARRAY_LENGTH(calls); i++) {
        mark();
        measure_one(i);
        call(HV_CALL_SYSTEM_TRACE, HV_TRACE_OFF);
        unregister(); /* with something pending a mark would look different */
    }
    mark();
    measure_second_vector(figures[ARRAY_LENGTH(calls)]);
    for (unsigned i = 0; i < ARRAY_LENGTH(calls); i++) {
        IS(right[i], SAMPLES, "%s answers %ld", calls[i].name, (long)calls[i].expected);
        say(FIGURES_FORMAT, calls[i].name, FIGURES(figures[i]));
    }
    IS(stats_of(SECOND).acknowledged, SAMPLES, "the second vector was told each time");
    say(FIGURES_FORMAT, "second-vector", FIGURES(figures[ARRAY_LENGTH(calls)]));
}
