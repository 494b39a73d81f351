/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bad neighbour: does one thing as often as it can, for `ms` milliseconds after power-on, over
 * all its lives; then it exits. What it does, `do` says by the number of its place in `deeds`. With
 * `aim` it does it once in a turn, before the end of the turn's first tick: so many instructions
 * before at most, more or fewer each time. For icount alone, where a TSC tick is a nanosecond.
 */
#include "guest.h"

static uint8_t text[HV_CONSOLE_MAX];

static void ignore(struct hv_upcall *frame, struct registers *entry)
{
    (void)frame;
    (void)entry;
}

static void spin(void)
{
}

/* `fill`: the byte it writes; a newline brings its name each time, others an escape. */
static void flood(void)
{
    call(HV_CALL_CONSOLE_WRITE, text, sizeof(text));
}

/* One of each call, most of them refused. */
static void make_calls(void)
{
    struct hv_irq_stats stats;
    for (uint64_t number = 0; number < 64; number++)
        if (number != HV_CALL_PARTITION_EXIT && number != HV_CALL_PARTITION_RESTART &&
            number != HV_CALL_IRQ_RETURN && number != HV_CALL_VCPU_WAIT)
            call(number, 48, &stats, sizeof(stats));
}

static void raise(void)
{
    call(HV_CALL_IRQ_REGISTER, 48, upcall_entry);
    interrupts_enable();
    call(HV_CALL_IRQ_RAISE, 48, 0);
}

static void yield(void)
{
    call(HV_CALL_VCPU_YIELD);
}

static void restart(void)
{
    call(HV_CALL_PARTITION_RESTART);
}

static void fault(void)
{
    __asm__ volatile("ud2");
}

/* COM2's "transmitter empty": an edge of line 3 for each pair of writes. */
static void ring(void)
{
    call(HV_CALL_IRQ_REGISTER, HV_VECTOR_COM2, upcall_entry);
    interrupts_enable();
    out8(0x2F9, 2);
    out8(0x2F9, 0);
}

/* COM2's scratch register, as it is granted to `ring`. */
static void use_port(void)
{
    for (unsigned i = 0; i < 64; i++)
        out8(0x2FF, in8(0x2FF));
}

/* IRQ_RETURN by a frame that no upcall made, to the next instruction. */
static void resume(void)
{
    struct hv_upcall frame = {.rflags = HV_RFLAGS_INIT};
    __asm__ volatile("lea 1f(%%rip), %%rax\n"
                     "mov %%rax, %c2(%0)\n"
                     "mov %%rsp, %c3(%0)\n"
                     "mov %0, %%rsp\n"
                     "mov %1, %%eax\n"
                     "int $0x80\n"
                     "1:" ::"r"(&frame),
                     "i"(HV_CALL_IRQ_RETURN), "i"(HV_UPCALL_RIP), "i"(HV_UPCALL_RSP)
                     : "rax", "memory");
}

/* A line opened and closed, and 8 virtual vectors that come and go with something outstanding. */
static void register_all(void)
{
    interrupts_disable();
    call(HV_CALL_IRQ_REGISTER, HV_VECTOR_COM2, upcall_entry);
    for (unsigned vector = 48; vector < 56; vector++) {
        call(HV_CALL_IRQ_REGISTER, vector, upcall_entry);
        call(HV_CALL_IRQ_RAISE, vector, 0);
        call(HV_CALL_IRQ_UNREGISTER, vector);
    }
    call(HV_CALL_IRQ_UNREGISTER, HV_VECTOR_COM2);
}

/* What a system partition may ask for, and an order that is refused. */
static void oversee(void)
{
    struct hv_partition_info info;

    call(HV_CALL_SYSTEM_INFO, &info, sizeof(info));
    call(HV_CALL_SYSTEM_PARTITION, 0, &info, sizeof(info));
    call(HV_CALL_SYSTEM_VECTOR, HV_VECTOR_PIT, &info, sizeof(info));
    call(HV_CALL_SYSTEM_LINE, 0, &info, sizeof(info));
    call(HV_CALL_SYSTEM_START, PAGE->partition_id);
}

/* A gap of this many ns in a guest's time is somebody else's turn. */
#define GAP 20000

static uint64_t end;

/* Returns `before` ns before the end of a turn's first tick, or when no turn comes any more. The
 * turn in which a life begins is not one: its beginning was not seen. */
static void wait_before_tick(uint64_t before)
{
    static uint64_t turn, last;
    uint64_t now = rdtsc(), shot = turn;
    last = last ? last : now;
    do {
        if (now - last > GAP)
            turn = now;
        last = now;
        now = rdtsc();
    } while (now < end &&
             (turn == shot || (now - last <= GAP && now + before < turn + tick_cycles())));
}

static void (*const deeds[])(void) = {
    spin,  flood, make_calls, raise,  yield,        restart,
    fault, ring,  use_port,   resume, register_all, oversee,
};

void run(void)
{
    void (*deed)(void) = deeds[argument("do", 0) % ARRAY_LENGTH(deeds)];
    uint64_t aim = argument("aim", 0);
    end = argument("ms", 100) * 1000000;
    on_upcall = ignore;
    __builtin_memset(text, (int)argument("fill", 'x'), sizeof(text));
    for (uint64_t n = PAGE->restarts; rdtsc() < end; n++) {
        if (aim)
            wait_before_tick(aim - n * 1237 % aim);
        deed();
    }
    call(HV_CALL_PARTITION_EXIT, 0);
}
