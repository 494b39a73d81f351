/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ticks are counted up to the next one at which somebody may want more than a count. Whatever
 * guests do between, time goes as if each tick had been looked at: a second schedule is told of
 * every tick, and of who became ready and who no longer is.
 */
#include <stdio.h>
#include "system_fixture.h"

#define STEPS   20000
#define TIMER   HV_VECTOR_PIT
#define VIRTUAL 48
#define GUESTS  5

static struct schedule naive;
static uint64_t ticks, unclaimed;
static const struct line *timer;

enum { AGREED, DIFFERED };

/* In a process of its own, where cmocka can't be told. */
static void require(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "tick %lu: %s\n", (unsigned long)ticks, what);
    arch_exit(DIFFERED);
}

static unsigned chance(unsigned n)
{
    static uint32_t seed = 1;

    seed = seed * 1664525 + 1013904223;
    return (seed >> 16) % n;
}

static bool timer_is_registered(void)
{
    for (unsigned id = 0; id < GUESTS; id++)
        if (virq_is_registered(&virqs.of[id], TIMER))
            return true;
    return false;
}

/* The way out, until a guest runs or nobody can. */
static void settle(void)
{
    bool fresh = false;

    if (cpu.current && !attend())
        return;
    while (!cpu_next(fresh) && !cpu.halt)
        fresh = true;
}

/* The second schedule follows: who of `ready` was no longer, who is now and was not, then a tick of
 * `ran`'s time where there was one. */
static void follow(uint64_t ready, bool tick, unsigned ran)
{
    for (uint64_t rest = ready & ~schedule.ready; rest != 0; rest &= rest - 1)
        schedule_block(&naive, bit_first(rest));
    if (schedule.ready & ~ready)
        schedule_ready(&naive, schedule.ready & ~ready);
    if (tick)
        schedule_tick(&naive, ran);
}

static void tick(void)
{
    uint64_t ready = schedule.ready;
    unsigned ran = cpu.current ? cpu.current->id : schedule_pick(&naive);

    unclaimed += !timer_is_registered();
    ticks++;
    irq_tick();
    follow(ready, true, ran);
}

static void yield(void)
{
    call(HV_CALL_VCPU_YIELD);
    schedule_yield(&naive, cpu.current->id);
}

/* So that the next raise of it is told, and the wait is one. */
static void forget(unsigned vector)
{
    call(HV_CALL_IRQ_ACK, vector, virq_outstanding(cpu.current->virq, vector));
}

static void wait_for(unsigned vector)
{
    forget(VIRTUAL);
    call(HV_CALL_IRQ_UNREGISTER, TIMER);
    if (vector == TIMER)
        call(HV_CALL_IRQ_REGISTER, TIMER, UPCALL);
    call(HV_CALL_VCPU_WAIT);
}

static void write(void)
{
    call(HV_CALL_CONSOLE_WRITE, CONSTANTS, 1 + chance(20));
}

/* What the current guest does. While somebody has the timer each tick is told, so that mostly
 * nobody has it. */
static void act(void)
{
    switch (chance(16)) {
    case 0:
    case 1:
        yield();
        break;
    case 2:
    case 3:
    case 4:
        wait_for(VIRTUAL);
        break;
    case 5:
        wait_for(TIMER);
        break;
    case 6:
        call(HV_CALL_IRQ_REGISTER, TIMER, UPCALL);
        break;
    case 7:
        write();
        break;
    case 8:
        if (chance(50) == 0)
            call(HV_CALL_PARTITION_RESTART);
        break;
    case 9:
    case 10:
    case 11:
        irq_raise(&vcpus[chance(GUESTS)], VIRTUAL); /* as a doorbell or a device would */
        break;
    default:
        call(HV_CALL_IRQ_UNREGISTER, TIMER);
    }
}

static void compare(void)
{
    require(schedule_pick(&schedule) == schedule_pick(&naive), "somebody else's turn");
    require(irq_now() == ticks, "ticks since the start");
    if (chance(40) > 0)
        return;
    timer = irq_line_counters(0); /* it also books what was counted */
    require(timer->raised == ticks, "raised");
    require(timer->unclaimed == unclaimed, "unclaimed");
    require(schedule.turn_left == naive.turn_left, "what is left of the turn");
    require(schedule.window_now == naive.window_now && schedule.window_left == naive.window_left,
            "what is left of the window");
}

static void register_virtual(void)
{
    if (cpu.current && !virq_is_registered(cpu.current->virq, VIRTUAL))
        call(HV_CALL_IRQ_REGISTER, VIRTUAL, UPCALL);
}

/* Each is loaded in its own time; who has started waits, so that those without a window have some.
 */
static void load_all(void)
{
    while (schedule.ready) {
        irq_tick();
        settle();
        if (!cpu.current)
            continue;
        register_virtual();
        call(HV_CALL_VCPU_WAIT);
        settle();
    }
}

static void live(void)
{
    hv_main(&info, NULL);
    load_all();
    timer = irq_line_counters(0);
    ticks = timer->raised;
    unclaimed = timer->unclaimed;
    naive = schedule;
    for (unsigned step = 0; step < STEPS; step++) {
        uint64_t ready = schedule.ready;
        if (chance(4) > 0) {
            tick();
        } else if (cpu.current) {
            act();
            follow(ready, false, 0);
        } else {
            irq_raise(&vcpus[chance(GUESTS)], VIRTUAL);
            follow(ready, false, 0);
        }
        settle();
        register_virtual();
        compare();
    }
    arch_exit(AGREED);
}

/* All but p0 and p1 wait, which have long turns. */
static void run_two(void)
{
    hv_main(&info, NULL);
    load_all();
    irq_raise(&vcpus[0], VIRTUAL);
    irq_raise(&vcpus[1], VIRTUAL);
    settle();
    while (console_busy())
        console_step();
    fake_wire_forget();
}

static void pass_ticks(unsigned count)
{
    while (count-- > 0) {
        irq_tick();
        settle();
    }
}

static void exit_if_said(const char *line)
{
    arch_exit(strstr(fake.text, line) ? AGREED : DIFFERED);
}

static void write_partial_line(void)
{
    run_two();
    pass_ticks(3);
    memcpy(guest_bytes(DATA), "half", 4);
    call(HV_CALL_CONSOLE_WRITE, DATA, 4);
    pass_ticks(110); /* two periods, at 1000 Hz of 50 ticks each */
    exit_if_said("p0: half");
}

static void fault(void)
{
    run_two();
    pass_ticks(3);
    health_fault(cpu.current, 6, 0);
    settle();
    pass_ticks(20);
    exit_if_said("p0: fault #UD rip=0x400020 outstanding=1, then restart\r\n");
}

static void prepare(const char *hypervisor, const char *windows[GUESTS])
{
    char line[128];

    prepare_system(hypervisor, "a", NULL);
    info.module_count = 0;
    for (unsigned id = 0; id < GUESTS; id++) {
        snprintf(line, sizeof(line),
                 "p%u mem=128K fault=restart restarts=1000000 line=0 vector=48 %s", id,
                 windows[id]);
        add_guest(&info, line);
    }
}

static void assert_agrees(void (*body)(void))
{
    assert_int_equal(fake_run_apart(body), FAKE_EXITED);
    assert_int_equal(fake.exit_value, AGREED);
}

static void assert_lives(const char *hypervisor, const char *windows[GUESTS])
{
    prepare(hypervisor, windows);
    assert_agrees(live);
}

/* Though nobody has the timer and turns are long. */
static void the_console_has_its_ticks(void **state)
{
    const char *none[GUESTS] = {"", "", "", "", ""};

    (void)state;
    prepare("quantum=10000", none);
    assert_agrees(write_partial_line);
    prepare("quantum=10000", none);
    assert_agrees(fault);
}

static void round_robin(void **state)
{
    const char *none[GUESTS] = {"", "", "", "", ""};

    (void)state;
    assert_lives("quantum=1", none);
    assert_lives("quantum=3", none);
    assert_lives("quantum=10", none);
}

static void cyclic_frame(void **state)
{
    const char *some[GUESTS] = {"window=3", "", "window=1", "", "window=20"};
    const char *all[GUESTS] = {"window=3", "window=7", "window=1", "window=2", "window=30"};

    (void)state;
    assert_lives("quantum=4", some);
    assert_lives("", all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_robin),
        cmocka_unit_test(cyclic_frame),
        cmocka_unit_test(the_console_has_its_ticks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
