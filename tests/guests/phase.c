/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A tick at every instruction boundary: under icount, where an instruction is a nanosecond of the
 * TSC and of the 8254's time, a short sequence is started so many instructions before a tick, one
 * more each time, until the tick comes after it. Each tick must be told once, soon, and be counted;
 * and each boundary at which an upcall can be made must have been seen in a frame.
 *
 * In a sequence's first SLED instructions, which do nothing, the frame's RIP says exactly how many
 * of them were executed before the tick: so the boundaries with interrupts disabled, which no frame
 * shows, are known to be stepped through one by one as well.
 */
#include "guest.h"

#define STR_(text) #text
#define STR(text)  STR_(text)

#define VIRTUAL   48
#define SLED      8
#define LONG_SLED 2048
#define NS_PER_S  1000000000ul
/* From a tick to the handler, in instructions, at most: the hypervisor's 2,000, the entry in
 * start.asm, and the upcall of another vector, where one comes before it. */
#define SOON 3000

/* What the sequences read. */
uint64_t phase_told;   /* ticks, as the upcalls told */
uint64_t phase_target; /* the number of the tick that is watched for */

/* uint64_t run_at(uint64_t tsc, volatile void *page, const char *sequence): executes the
 * sequence's first instruction as the TSC says `tsc`; answers the TSC at its end. A sequence finds
 * the page in RDI and may change RAX alone. */
uint64_t run_at(uint64_t tsc, volatile void *page, const char *sequence);

#define DISABLE "movb $1, 16(%rdi)\n"
/* As ABI.md says it. The labels are the boundaries at which a tick's upcall is made at once. */
#define ENABLE(name)                                                                               \
    "    movb $0, 16(%rdi)\n" #name "_1: mfence\n" #name "_2: cmpb $0, 17(%rdi)\n" #name           \
    "_3: je " #name "_6\n" #name                                                                   \
    "_4: mov $" STR(HV_CALL_IRQ_POLL) ", %eax\n" #name "_5: int $" STR(HV_GATE) "\n" #name "_6:\n"
#define RAISE                                                                                      \
    "push %rdi\n mov $" STR(VIRTUAL) ", %edi\n xor %esi, %esi\n"                                   \
                                     "mov $" STR(HV_CALL_IRQ_RAISE) ", %eax\n int $" STR(          \
                                         HV_GATE) "\n pop %rdi\n"
#define WAIT        "mov $" STR(HV_CALL_VCPU_WAIT) ", %eax\n int $" STR(HV_GATE) "\n"
#define NOPS        ".rept " STR(SLED) "\n nop\n .endr\n"
#define BEGIN(name) #name ":\n" NOPS
#define END(name)   NOPS #name "_last: nop\n ret\n"

__asm__(".text\n"
        "run_at:\n"
        "    mov %rdx, %r8\n"
        "    mov %rdi, %r9\n"
        "    mov %rsi, %rdi\n"
        "    rdtsc\n" /* from here to the sequence: FIXED instructions, and 2 for each turn */
        "    shl $32, %rdx\n"
        "    or %rdx, %rax\n"
        "    sub %rax, %r9\n"
        "    sub $10, %r9\n" /* FIXED */
        "    mov %r9, %rcx\n"
        "    shr %rcx\n"
        "    test $1, %r9b\n"
        "    jz 1f\n"
        "    nop\n"
        "1:  dec %rcx\n"
        "    jnz 1b\n"
        "    call *%r8\n"
        "    rdtsc\n"
        "    shl $32, %rdx\n"
        "    or %rdx, %rax\n"
        "    ret\n"

        /* Answers the TSC at its first instruction, where the rest of it has been 0. */
        "sample:\n"
        "    rdtsc\n"
        "    shl $32, %rdx\n"
        "    or %rdx, %rax\n"
        "    mov %rax, phase_sample\n"
        "    ret\n"

        "long_sled:\n"
        ".rept " STR(LONG_SLED) "\n nop\n .endr\n"
                                "    ret\n"

        /* With nothing pending, or with a former tick. */
        BEGIN(enable) DISABLE "nop\n" ENABLE(enable) END(enable)

        /* With another vector pending, so that IRQ_POLL is called. */
        BEGIN(busy) DISABLE RAISE ENABLE(busy) END(busy)

        /* Waits for a tick, whichever. */
        BEGIN(wait) WAIT END(wait)

        /* Disable, test the condition, wait. */
        BEGIN(condition) DISABLE "    mov phase_told, %rax\n"
                                 "    cmp %rax, phase_target\n"
                                 "    jbe 1f\n" WAIT "1:\n" ENABLE(condition) END(condition)

        /* Waits while another vector is deliverable. */
        BEGIN(deliverable) DISABLE RAISE WAIT END(deliverable)

        /* An upcall of another vector: its entry, its handler, IRQ_RETURN. */
        BEGIN(other) RAISE END(other));

extern const char sample[], long_sled[], enable[], busy[], wait[], condition[], deliverable[],
    other[];
uint64_t phase_sample;

/* ---- when the ticks come ---- */

/* Tick n comes at origin + (share + n * step) / HV_PIT_HZ, rounded down, where share is at least
 * `low` and below `high`. */
static uint64_t origin, step, low, high = HV_PIT_HZ;

static uint64_t tick_time(uint64_t n)
{
    return origin + (low + n * step) / HV_PIT_HZ;
}

/* Whether it is known to the nanosecond. */
static bool is_certain(uint64_t n)
{
    return tick_time(n) == origin + (high - 1 + n * step) / HV_PIT_HZ;
}

/* Tick n came at `time`: what does that say of the share? */
static void learn(uint64_t n, uint64_t time)
{
    uint64_t least = (time - origin) * HV_PIT_HZ, all = n * step;
    if (least > all && least - all > low)
        low = least - all;
    if (least + HV_PIT_HZ < all + high)
        high = least + HV_PIT_HZ - all;
}

/* ---- upcalls ---- */

static bool seen;
static uint64_t seen_rip, seen_tsc, virtuals;

static void on_any(struct hv_upcall *frame, struct registers *entry)
{
    uint64_t now = rdtsc();
    (void)entry;
    if (frame->vector == VIRTUAL) {
        virtuals += frame->count;
        return;
    }
    phase_told += frame->count;
    if (seen || phase_told < phase_target)
        return;
    seen = true;
    seen_rip = frame->rip;
    seen_tsc = now;
}

static void next_tick(void)
{
    for (uint64_t now = phase_told; *(volatile uint64_t *)&phase_told == now;)
        call(HV_CALL_VCPU_WAIT);
}

/* Starts `sequence` at `tsc`, while tick `target` is still to come. */
static uint64_t watch(uint64_t target, uint64_t tsc, const char *sequence)
{
    phase_target = target;
    seen = false;
    return run_at(tsc, PAGE, sequence);
}

/* ---- calibration ---- */

/* The next tick falls into the sled: its RIP says when it came. */
static void measure_tick(uint64_t guess)
{
    uint64_t n = phase_told + 1, start = guess - LONG_SLED / 2;
    watch(n, start, long_sled);
    uint64_t passed = seen_rip - (uint64_t)long_sled;
    if (!seen || passed == 0 || passed >= LONG_SLED) {
        OK(false, "tick %lu is not in the sled", n);
        tap_done();
    }
    if (origin == 0)
        origin = start + passed - n * step / HV_PIT_HZ - 1;
    learn(n, start + passed);
}

static void calibrate(void)
{
    next_tick();
    uint64_t wanted = rdtsc() + 5000;
    run_at(wanted, PAGE, sample);
    IS(phase_sample, wanted, "a sequence starts at the TSC that it is to");
    step = PAGE->tick_divisor * NS_PER_S;
    next_tick();
    measure_tick(rdtsc() - 500 + step / HV_PIT_HZ);
    high = 3 * HV_PIT_HZ; /* the origin may be wrong by so much */
    for (unsigned i = 0; i < 400; i++) {
        next_tick();
        measure_tick(tick_time(phase_told + 1));
    }
    OK(low < high && high - low < HV_PIT_HZ / 50,
       "when a tick comes is known to the nanosecond, but for %lu in 1000",
       (high - low) * 1000 / HV_PIT_HZ);
}

/* ---- the sweeps ---- */

struct sweep {
    const char *sequence;
    const char *name;
    const char *last;      /* the tick came after the sequence: the end */
    uint64_t steps;        /* so many at least, and at most where there is no `last` to be seen */
    bool former;           /* begins with interrupts disabled and a tick pending */
    bool blocks;           /* may wait for the tick after the one that is watched for */
    const char *sights[8]; /* boundaries that must be seen */
};

struct outcome {
    uint64_t steps, lost, late, wrong, worst;
    uint64_t sights[8];
    uint64_t boundaries[SLED];
    bool ended;
};

static void spin_past(uint64_t tsc)
{
    while (rdtsc() < tsc)
        ;
}

/* Waits for a tick whose successor's time is certain; answers that one's number. */
static uint64_t choose_tick(bool former)
{
    for (;;) {
        next_tick();
        uint64_t n = phase_told + 1 + former;
        if (is_certain(n))
            return n;
    }
}

/* All that came has been told, and the hypervisor's sums are the TSC's. */
static bool is_settled(uint64_t n, uint64_t raises)
{
    uint64_t now = rdtsc();
    while (tick_time(n + 1) < now)
        n++;
    struct hv_irq_stats ticks = stats_of(HV_VECTOR_PIT), others = stats_of(VIRTUAL);
    bool settled = ticks.raised == n && ticks.acknowledged == n && phase_told == n &&
                   ticks.outstanding == 0 && others.raised == others.acknowledged &&
                   others.acknowledged == virtuals && others.raised >= raises;
    if (!settled)
        tap_note("tick %lu: raised %lu, acknowledged %lu, told %lu; other: raised %lu, told %lu", n,
                 ticks.raised, ticks.acknowledged, phase_told, others.raised, virtuals);
    return settled;
}

static void note_sight(const struct sweep *sweep, struct outcome *outcome)
{
    for (unsigned i = 0; i < ARRAY_LENGTH(sweep->sights) && sweep->sights[i]; i++)
        outcome->sights[i] += seen_rip == (uint64_t)sweep->sights[i];
    outcome->ended = outcome->ended || seen_rip == (uint64_t)sweep->last;
}

/* One step: `before` instructions of the sequence come before the tick. */
static void take_step(const struct sweep *sweep, struct outcome *outcome, uint64_t before)
{
    uint64_t n = choose_tick(sweep->former), time = tick_time(n), raises = virtuals;
    if (sweep->former) {
        interrupts_disable();
        spin_past(tick_time(n - 1) + SOON);
    }
    uint64_t end = watch(n, time - before, sweep->sequence);
    interrupts_enable();
    spin_past(time + SOON);
    interrupts_disable();
    uint64_t late = seen ? seen_tsc - time : ~0ul;
    outcome->steps++;
    outcome->worst = late > outcome->worst ? late : outcome->worst;
    outcome->late += late > SOON || (!sweep->blocks && end > time + SOON);
    outcome->lost += !is_settled(n, raises);
    outcome->wrong +=
        before < SLED && !sweep->former && seen_rip != (uint64_t)sweep->sequence + before;
    note_sight(sweep, outcome);
    interrupts_enable();
}

static void check_sweep(const struct sweep *sweep)
{
    struct outcome outcome = {0};
    for (uint64_t before = 0; before < sweep->steps || (sweep->last && !outcome.ended); before++) {
        if (before == 5000)
            break;
        take_step(sweep, &outcome, before);
    }
    OK(outcome.lost == 0, "%s: %lu boundaries, at each a tick that was told and counted once",
       sweep->name, outcome.steps);
    OK(outcome.late == 0, "%s: each was told soon, within %lu instructions", sweep->name,
       outcome.worst);
    OK(outcome.wrong == 0, "%s: each step was of one instruction", sweep->name);
    OK(!sweep->last || outcome.ended, "%s: up to its end", sweep->name);
    uint64_t missed = 0;
    for (unsigned i = 0; i < ARRAY_LENGTH(sweep->sights) && sweep->sights[i]; i++)
        if (outcome.sights[i] == 0)
            missed |= 1ul << i;
    IS(missed, 0, "%s: interrupted where it can be", sweep->name);
}

extern const char enable_last[], enable_1[], enable_2[], enable_3[], enable_6[];
extern const char busy_last[], busy_1[], busy_2[], busy_3[], busy_4[], busy_5[], busy_6[];
extern const char other_last[], deliverable_last[];

/* A label's neighbours are the text around it: cppcheck takes it for an array of its own. */
static const struct sweep sweeps[] = {
    {.sequence = enable,
     .name = "enable, look",
     .last = enable_last,
     .sights = {enable + 1, enable_1, enable_2, enable_3, enable_6, enable_6 + 1}},
    {.sequence = busy,
     .name = "enable, look, IRQ_POLL",
     .last = busy_last,
     .sights = {busy_1, busy_2, busy_3, busy_4, busy_5, busy_6, busy_6 + 1}},
    {.sequence = enable,
     .name = "a tick in the upcall of the one before",
     .last = enable_last,
     .former = true,
     .sights = {enable_6, enable_6 + 1}},
    {.sequence = wait,
     .name = "VCPU_WAIT",
     .steps = 600,
     .blocks = true,
     .sights = {wait, wait + SLED, wait + SLED + 5, wait + SLED + 7}},
    {.sequence = condition,
     .name = "disable, test, VCPU_WAIT",
     .steps = 600,
     .sights = {condition, condition + SLED}},
    {.sequence = deliverable,
     .name = "VCPU_WAIT with another vector deliverable",
     .last = deliverable_last,
     /* cppcheck-suppress pointerOutOfBounds */
     .sights = {deliverable, deliverable + SLED, deliverable_last - 1}},
    {.sequence = other,
     .name = "the upcall of another vector, IRQ_RETURN",
     .last = other_last,
     /* cppcheck-suppress pointerOutOfBounds */
     .sights = {other, other + SLED, other_last - 1}},
};

void run(void)
{
    on_upcall = on_any;
    must_register(HV_VECTOR_PIT);
    must_register(VIRTUAL);
    interrupts_enable();
    calibrate();
    for (unsigned i = 0; i < ARRAY_LENGTH(sweeps); i++)
        check_sweep(&sweeps[i]);
}
