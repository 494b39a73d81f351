/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks VCPU_TURN all that ABI.md's lab 4 says of it: statuses, and each answer against the TSC. For
 * icount alone. `turn=`, how many ticks its own turn has; `away=`, how many pass until the next
 * one; `window=1`, its turn is a window; `told=1`, it has line 0 registered meanwhile. Says in the
 * end what a call costs: the most of CALLS, in instructions.
 */
#include "guest.h"

enum { VCPU_TURN = 14, LEFT = 0, NEXT = 1 };
enum { STEPS = 20, CALLS = 10, SLACK = 5000 /* instructions, 5 us */ };
enum { OTHERS_US = 200000 }; /* after which the others are loaded, and have ended */

static uint64_t length, away;
static bool has_window;

static int64_t turn(uint64_t which)
{
    return call(VCPU_TURN, which);
}

/* Two instructions for each two nanoseconds; quicker to emulate than what looks at the TSC. */
static void pass(uint64_t us)
{
    uint64_t rounds = us * 1000 / 2;

    __asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(rounds) : : "cc");
}

static void ignore(struct hv_upcall *frame, struct registers *entry)
{
    (void)frame;
    (void)entry;
}

static void check_statuses(void)
{
    static const uint64_t others[] = {2, 3, 255, 256, 1ul << 32, (1ul << 32) + 1, 1ul << 63, -1ul};
    bool refused = true;

    for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
        refused &= turn(others[i]) == HV_EINVAL;
    OK(refused, "EINVAL for all but 0 and 1, all 64 bits counted");
    OK(call(VCPU_TURN, LEFT, -1, -1) > 0, "the other arguments are not looked at");
    if (!has_window)
        IS(turn(NEXT), HV_ENOENT, "ENOENT without a window");
}

static void check_registers(void)
{
    struct registers in = {.rax = VCPU_TURN, .rdi = LEFT}, out;
    uint64_t *each = (uint64_t *)&in;

    for (size_t i = 1; i < sizeof(in) / sizeof(*each); i++)
        if (&each[i] != &in.rdi && &each[i] != &in.rsp && &each[i] != &in.rflags)
            each[i] = 0x0101010101010101 * i;
    in.rflags = FLAG_ALWAYS | FLAG_IF | FLAG_CF | FLAG_PF | FLAG_SF;
    probe(&in, &out);
    in.rax = out.rax;
    in.rsp = out.rsp;
    OK(__builtin_memcmp(&in, &out, sizeof(in)) == 0, "all registers but RAX are kept");
}

/* Waits until the answer changes, asking once in a microsecond. Answers what it is then; *when: the
 * TSC behind the first such answer, right behind a tick, so that none comes between. */
static int64_t next_step(uint64_t *when)
{
    int64_t before = turn(LEFT), now = before;
    uint64_t start = rdtsc();

    *when = start;
    while (now == before && *when - start < (2 + away) * tick_cycles()) {
        pass(1);
        now = turn(LEFT);
        *when = rdtsc();
    }
    if (now == before) {
        OK(false, "0: the answer is another after a tick; it is %ld all the time", now);
        tap_done();
    }
    return now;
}

/* Counts down a tick at a time, and begins again when the turn does. */
static void check_steps(void)
{
    uint64_t before_at, at;
    int64_t before = next_step(&before_at);
    bool values = true, times = true;

    for (unsigned i = 0; i < STEPS; i++) {
        int64_t value = next_step(&at);
        uint64_t ticks = before == 1 ? 1 + away : 1;
        uint64_t expected = before_at + ticks * tick_cycles();
        bool right = value == (before == 1 ? (int64_t)length : before - 1);
        if (values && !right)
            tap_note("%ld was followed by %ld", before, value);
        values &= right;
        bool punctual = at > expected - SLACK && at < expected + SLACK;
        if (times && !punctual)
            tap_note("the step from %ld came %ld instructions late", before, (long)(at - expected));
        times &= punctual;
        before = value;
        before_at = at;
    }
    OK(values, "0: counts down to 1, and from the whole turn again");
    OK(times, "0: each step comes with its tick");
}

/* Both answers, of one tick. */
static void check_next(void)
{
    bool right = true;

    for (unsigned i = 0; i < STEPS; i++) {
        uint64_t at;
        int64_t left = next_step(&at), next = turn(NEXT);
        right &= next == left + (int64_t)away;
        if (next != left + (int64_t)away)
            tap_note("with %ld left, the next window was said to be %ld ticks ahead", left, next);
    }
    OK(right, "1: the turn's rest, and the windows of the others");
}

/* After a tick that nobody was told of, which is when there is most to do; `which` in turn. */
static uint64_t cost_of_one(uint64_t which)
{
    uint64_t start;

    while (next_step(&start) < 3)
        ;
    while (rdtsc() < start + tick_cycles() + tick_cycles() / 4)
        ;
    uint64_t before = rdtsc();
    turn(which);
    return rdtsc() - before;
}

static void say_cost(void)
{
    uint64_t most = 0;

    for (unsigned i = 0; i < CALLS; i++) {
        uint64_t cost = cost_of_one(i % 2);
        most = cost > most ? cost : most;
    }
    say("cost %lu", most);
}

void run(void)
{
    length = argument("turn", 0);
    away = argument("away", 0);
    has_window = argument("window", 0);
    on_upcall = ignore;
    pass(OTHERS_US);
    if (argument("told", 0)) {
        must_register(HV_VECTOR_PIT);
        interrupts_enable();
    }
    check_statuses();
    check_registers();
    check_steps();
    if (has_window)
        check_next();
    say_cost();
}
