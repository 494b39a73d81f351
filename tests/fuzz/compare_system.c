/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>
#include "compare_system.h"
#include <inttypes.h>
#include "fuzz.h"
#include "hv/irq.h"
#include "virq_fields.h"

static unsigned count_registered(const struct model_core *core)
{
    unsigned count = 0;

    for (unsigned vector = 0; vector < HV_VECTORS; vector++)
        count += core->registered[vector];
    return count;
}

/* ---- memory ---- */

/* irq_pending follows while the guest runs and has not written it itself. */
static void follow_pending(struct model_guest *guest, unsigned id)
{
    const unsigned at = offsetof(struct hv_vcpu_page, irq_pending);

    if (cpu.current == &vcpus[id] && !guest->scribbled)
        guest->memory[at] = model_deliverable(guest);
    else
        guest->memory[at] = partitions[id].memory[at];
}

static void expect_bytes(unsigned id, size_t length)
{
    follow_pending(&model.guests[id], id);
    expect(memcmp(partitions[id].memory, model.guests[id].memory, length) == 0);
}

/* ---- lives ---- */

static bool has_counted(const struct model_core *core, unsigned vector)
{
    return core->raised[vector] | core->upcalls[vector];
}

static bool was_collected(const struct virq *virq, unsigned vector)
{
    struct virq_counts counts = virq_counts(virq, vector);

    return !virq_is_registered(virq, vector) && (counts.raised | counts.upcalls) == 0;
}

static bool is_left(const struct model_guest *guest, unsigned vector)
{
    return guest->core.registered[vector] || has_counted(&guest->core, vector);
}

static void follow_collecting(struct model_guest *guest, const struct virq *virq)
{
    guest->left = false;
    for (unsigned vector = 0; vector < HV_VECTORS; vector++) {
        if (is_left(guest, vector) && was_collected(virq, vector))
            model_collect(guest, vector);
        guest->left |= is_left(guest, vector);
    }
}

static void expect_same_totals(const struct totals *a, const struct totals *b)
{
    expect(a->raised == b->raised && a->acknowledged == b->acknowledged);
    expect(a->discarded == b->discarded && a->upcalls == b->upcalls);
    expect(a->raised == a->acknowledged + a->discarded);
}

static const char *fault_name(unsigned what)
{
    static const char *const names[] = {"#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM",
                                        "#DF", "?",   "#TS", "#NP", "#SS", "#GP", "#PF", "?",
                                        "#MF", "#AC", "#MC", "#XM", "#VE", "#CP"};

    if (what == FAULT_BAD_FRAME)
        return "bad frame";
    return what == FAULT_BAD_STACK ? "bad stack" : names[what];
}

/* The line that the fault is told in. */
static void expect_report(const struct model_guest *guest, const char *report)
{
    static const char *const then[] = {
        [SEQUEL_STOP] = "stop", [SEQUEL_RESTART] = "restart", [SEQUEL_HALT] = "halt"};
    char expected[256], address[64] = "";

    if (guest->fault.what == 14)
        snprintf(address, sizeof(address), " addr=0x%" PRIx64, guest->fault.address);
    snprintf(expected, sizeof(expected),
             "fault %s rip=0x%" PRIx64 "%s outstanding=%" PRIu64 ", then %s",
             fault_name(guest->fault.what), guest->fault.rip, address, guest->outstanding,
             then[guest->sequel]);
    expect(strcmp(report, expected) == 0);
}

/* Nothing of a life is left when the next one begins, or when there is none. */
static void expect_life_over(const struct model_guest *guest, const struct partition *partition)
{
    for (unsigned vector = 0; vector < HV_VECTORS; vector++)
        expect(!has_counted(&guest->core, vector));
    expect(count_registered(&guest->core) == 0);
    expect_same_totals(&partition->totals, &guest->totals);
    if (guest->ending == ENDING_FAULT)
        expect_report(guest, partition->report);
}

static void follow(unsigned id)
{
    struct model_guest *guest = &model.guests[id];
    enum vcpu_phase phase = vcpus[id].phase;

    if (guest->phase == MODEL_STARTED && phase == PHASE_LOADING) {
        expect(model_schedule_pick(&model.schedule) == id); /* its upcall could not be made */
        expect(model_deliverable(guest) && !model_disabled(guest));
        expect(!model_upcall(guest));
    }
    if (guest->phase != MODEL_LOADING)
        return;
    if (guest->left)
        follow_collecting(guest, vcpu_virq(&vcpus[id]));
    if (phase == PHASE_LOADING)
        return;
    expect_life_over(guest, &partitions[id]);
    if (phase == PHASE_STARTED) {
        expect(guest->ending == ENDING_NONE || guest->sequel == SEQUEL_RESTART);
        model_start(guest);
        return;
    }
    expect(phase == PHASE_STOPPED && guest->sequel == SEQUEL_STOP);
    guest->phase = MODEL_STOPPED;
    model_schedule_block(&model.schedule, id);
}

/* Of a life that has ended, all memory is looked at before it is cleared. */
static void expect_last_memory(unsigned id)
{
    struct model_guest *guest = &model.guests[id];
    bool lives = guest->phase == MODEL_STARTED;

    if (guest->lived && !lives)
        expect_bytes(id, ALL_SIZE);
    guest->lived = lives;
}

void compare_follow(void)
{
    for (unsigned id = 0; id < GUESTS; id++) {
        follow(id);
        expect_last_memory(id);
    }
}

/* ---- what they are like ---- */

static void compare_guest(unsigned id)
{
    struct model_guest *guest = &model.guests[id];

    model_core_expect(&guest->core, vcpu_virq(&vcpus[id]));
    expect((schedule.ready >> id & 1) == model.schedule.ready[id]);
    expect(partitions[id].restarts >= guest->restarts);
    if (guest->phase != MODEL_STARTED)
        return;
    expect(vcpus[id].phase == PHASE_STARTED && partitions[id].restarts == guest->restarts);
    expect(memcmp(&vcpus[id].frame, &guest->frame, sizeof(guest->frame)) == 0);
    expect_bytes(id, HV_PAGE_SIZE);
}

void compare_states(void)
{
    for (unsigned id = 0; id < GUESTS; id++)
        compare_guest(id);
    for (unsigned line = 1; line < HV_LINES; line++)
        expect((fake.open_lines >> line & 1) == model_line_open(line));
}

void compare_memory(void)
{
    for (unsigned id = 0; id < GUESTS; id++)
        if (model.guests[id].phase == MODEL_STARTED)
            expect_bytes(id, ALL_SIZE);
}

void compare_running(const struct frame *frame)
{
    unsigned id = model_schedule_pick(&model.schedule);

    expect(id < GUESTS && model.guests[id].phase == MODEL_STARTED);
    expect(cpu.current == &vcpus[id] && frame == &vcpus[id].frame);
    if (model_deliverable(&model.guests[id]) && !model_disabled(&model.guests[id]))
        expect(model_upcall(&model.guests[id]));
    expect(fake.root == partitions[id].space.root);
    for (unsigned i = 0; i < sizeof(fake.fx); i++)
        expect(fake.fx[i] == model.guests[id].fx);
}

/* ---- the end ---- */

static void expect_summary(const struct model_guest *guest, unsigned id)
{
    char how[64], expected[256];

    if (guest->ending == ENDING_EXIT)
        snprintf(how, sizeof(how), "exit code %" PRIu64, guest->exit_code);
    else if (guest->ending == ENDING_FAULT)
        snprintf(how, sizeof(how), "fault %s", fault_name(guest->fault.what));
    else
        snprintf(how, sizeof(how), "no restart left");
    snprintf(expected, sizeof(expected),
             "Belfry: g%u: %s, restarts %u, upcalls %" PRIu64 ", raised %" PRIu64
             ", acknowledged %" PRIu64 ", discarded %" PRIu64 "\r\n",
             id, how, guest->restarts, guest->totals.upcalls, guest->totals.raised,
             guest->totals.acknowledged, guest->totals.discarded);
    expect(strstr(fake.text, expected));
}

void compare_end(bool exits)
{
    bool halts = false, success = true;

    compare_follow();
    for (unsigned id = 0; id < GUESTS; id++) {
        const struct model_guest *guest = &model.guests[id];
        halts |= guest->phase == MODEL_LOADING && guest->ending == ENDING_FAULT &&
                 guest->sequel == SEQUEL_HALT;
        success &= guest->ending == ENDING_EXIT && guest->exit_code == 0;
    }
    expect(!strstr(fake.text, "check failed"));
    expect(fake.end == (exits ? FAKE_EXITED : FAKE_HALTED));
    if (halts) {
        expect(!exits || fake.exit_value == EXIT_FAILED);
        return;
    }
    expect(exits && fake.exit_value == (success ? EXIT_SUCCESS : EXIT_STOPPED));
    for (unsigned id = 0; id < GUESTS; id++) {
        expect(model.guests[id].phase == MODEL_STOPPED);
        expect_summary(&model.guests[id], id);
    }
}
