/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole hypervisor on the fake architecture, with guests that do what the input says, and the
 * model of it beside: what each call answers, who runs, registers, memory, counters and lines are
 * compared after each step.
 */
#include <stdio.h>
#include <string.h>
#include "chaos_guest.h"
#include "compare_system.h"
#include "fuzz.h"
#include "hv/console.h"
#include "hv/hypercall.h"
#include "hv/irq.h"
#include "hv/main.h"
#include "hv/upcall.h"
#include "hv_state.h"

static struct input input;
static struct frame *running; /* what the way out came to, or NULL: nobody runs */

static struct model_guest *current(void)
{
    return &model.guests[cpu.current->id];
}

/* ---- the way out, as trap_entry.asm has it ---- */

static struct frame *attend(void)
{
    if (!cpu.attention)
        upcall_make();
    return cpu.attention ? cpu_next(false) : cpu.frame;
}

/* Where IRETQ would refuse the address, the guest has faulted, and there is another way out. */
static void take(struct frame *frame)
{
    for (running = frame;; running = attend()) {
        compare_follow();
        if (!running)
            return;
        compare_running(running);
        if (running->rip >> 47 == 0)
            return;
        health_fault(cpu.current, 13, 0);
        model_fault(current(), 13, 0);
    }
}

static void way_out(void)
{
    take(attend());
}

/* ---- interrupts ---- */

static void do_tick(void)
{
    irq_tick();
    model_tick();
    way_out();
}

/* Only a line that is open at the controller can come: the first of those behind line `after`. */
static void do_line(unsigned after, unsigned times)
{
    unsigned line = after % 15 + 1;

    for (unsigned i = 0; i < 15 && !(fake.open_lines >> line & 1); i++)
        line = line % 15 + 1;
    for (; times > 0 && fake.open_lines >> line & 1; times--) {
        irq_line(line);
        model_line(line);
    }
    way_out();
}

static void do_interrupt(unsigned choice)
{
    if (choice < 8)
        do_tick();
    else if (choice < 28)
        do_line(choice % 5 * 3, choice < 24 ? 1 : choice);
    else
        irq_spurious(choice & 1 ? 7 : 15);
}

/* As a CPU may be interrupted where no address is canonical. */
static void do_tick_astray(void)
{
    cpu.current->frame.rip = current()->frame.rip = 1ull << 47;
    do_tick();
}

/* ---- one thing after the other ---- */

/* Some guest is at its end: what is said then is to be read, and waits for the wire for long. */
static bool somebody_ends(void)
{
    for (unsigned id = 0; id < GUESTS; id++)
        if (model.guests[id].phase != MODEL_STARTED && model.guests[id].ending != ENDING_NONE)
            return true;
    return false;
}

/* Nobody runs: slices of work, until somebody does or nothing is left to do. Who can run is not
 * kept waiting, but for a turn of the console's. */
static void do_slices(unsigned count)
{
    unsigned late = 0;

    for (; count > 0 && !running; count--) {
        unsigned next = model_schedule_pick(&model.schedule);
        late = next != VCPU_NONE && model.guests[next].phase == MODEL_STARTED ? late + 1 : 0;
        expect(late <= 2);
        if (somebody_ends())
            fake.room = UINT32_MAX;
        take(cpu_next(true));
        if (!running && cpu.halt)
            return;
    }
}

static void step(void)
{
    static const unsigned rooms[] = {UINT32_MAX, 0, 1, 16, 5, 1000, 64, 17};
    unsigned what = input_byte(&input);

    fake_wire_forget();
    if (what < 32)
        do_interrupt(what);
    else if (what < 40)
        fake.room = rooms[what % 8];
    else if (!running)
        do_slices(1 + what);
    else if (what == 40)
        do_tick_astray();
    else if (chaos_act(&input))
        way_out();
    compare_states();
}

/* ---- a system ---- */

static struct boot_info info;
static bool exit_idle;

static void grant(struct model_guest *guest, char *line, unsigned vector)
{
    bool is_line = vector < HV_VECTOR_VIRTUAL;

    guest->granted[vector] = true;
    sprintf(line + strlen(line), is_line ? " line=%u" : " vector=%u",
            is_line ? vector - HV_VECTOR_LINE : vector);
}

static void add(unsigned id)
{
    static const uint8_t granted[] = {48, 200, 63, 129};
    static const char *const policies[] = {"restart", "stop", "restart", "halt"};
    static const enum fault_policy meant[] = {FAULT_RESTART, FAULT_STOP, FAULT_RESTART, FAULT_HALT};
    static const unsigned lives[] = {1000, 1000, 2, 0};
    struct model_guest *guest = &model.guests[id];
    unsigned choice = input_byte(&input), policy = choice % 4, restarts = lives[choice / 4 % 4];
    unsigned window = choice / 16 % 4, count = 4 - choice / 64;
    char line[BOOT_LINE_MAX];

    guest->policy = meant[policy];
    guest->restarts_allowed = restarts;
    sprintf(line, "g%u mem=128K fault=%s restarts=%u", id, policies[policy], restarts);
    if (window > 0)
        sprintf(line + strlen(line), " window=%u", window);
    if (count > 1)
        grant(guest, line, HV_VECTOR_PIT);
    for (unsigned i = 0; i < 2; i++)
        grant(guest, line, HV_VECTOR_LINE + own_lines[id][i]);
    for (unsigned i = 0; i < count; i++)
        grant(guest, line, granted[i]);
    strcat(line, " -- x");
    add_guest(&info, line);
    model_schedule_add(&model.schedule, id, window);
    model_schedule_ready(&model.schedule, id);
}

static void boot(void)
{
    unsigned choice = input_byte(&input), quantum = 1 + choice / 4 % 4;

    memset(&model, 0, sizeof(model));
    memset(&info, 0, sizeof(info));
    fake_memory_map(&info);
    exit_idle = choice % 4 != 3;
    model.burst = 1 + choice / 16;
    model_schedule_init(&model.schedule, quantum);
    sprintf(info.line, "quantum=%u burst=%u exit=%s", quantum, model.burst,
            exit_idle ? "idle" : "never");
    for (unsigned id = 0; id < GUESTS; id++) {
        add(id);
        fake.level_lines |= (uint16_t)(1u << own_lines[id][1]);
        model.lines[own_lines[id][1]].level = true;
    }
    hv_main(&info, NULL);
    running = NULL;
}

static void run(void)
{
    boot();
    do_slices(1000);
    compare_states();
    while (input_left(&input))
        step();
    compare_memory();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hv_state_reset();
    fake_reset();
    input = input_expanded(data, size);
    if (fake_run(run) != FAKE_RUNS)
        compare_end(exit_idle);
    return 0;
}
