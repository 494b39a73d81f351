/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/vcpu.h"
#include "hv/arch.h"
#include "hv/bitmap.h"
#include "hv/check.h"
#include "hv/compiler.h"
#include "hv/console.h"
#include "hv/irq.h"
#include "hv/partition.h"
#include "hv/trace_point.h"
#include "hv/upcall.h"

/* So many times in a row a change of hands comes before the console. */
#define CONSOLE_POSTPONED 15

/* While nobody runs, an entry's registers go here and are forgotten. */
static struct frame nobody;

struct cpu cpu = {.frame = &nobody, .attention = ATTEND_SWITCH, .looked = -1, .tick = -1};
struct vcpu vcpus[VCPUS];
struct virqs virqs;
struct schedule schedule;

enum vcpu_state vcpu_state(const struct vcpu *vcpu)
{
    static const enum vcpu_state apart[] = {
        [PHASE_OFF] = VCPU_OFF, [PHASE_LOADING] = VCPU_LOADING, [PHASE_STOPPED] = VCPU_STOPPED};

    if (vcpu->phase != PHASE_STARTED)
        return apart[vcpu->phase];
    if (vcpu == cpu.current)
        return VCPU_RUNNING;
    return bit_get(schedule.ready, vcpu->id) ? VCPU_READY : VCPU_WAITING;
}

const struct arch_space *vcpu_space(const struct vcpu *vcpu)
{
    return &vcpu->partition->space;
}

void vcpu_create(struct vcpu *vcpu, unsigned id, struct partition *partition, uint32_t window)
{
    CHECK(vcpu->phase == PHASE_OFF);
    vcpu->id = id;
    vcpu->self = bit_set(0, id);
    vcpu->virq = &virqs.of[id];
    vcpu->partition = partition;
    vcpu->phase = PHASE_LOADING;
    virq_init(vcpu_virq(vcpu));
    irq_look_next();
    schedule_add(&schedule, id, window);
    schedule_ready(&schedule, vcpu->self);
}

void vcpu_wake(uint64_t set)
{
    irq_look_next();
    schedule_ready(&schedule, set);
    irq_look_later();
    if (!cpu.current || schedule_pick(&schedule) != cpu.current->id)
        cpu.attention |= ATTEND_SWITCH;
}

void vcpu_wait(struct vcpu *vcpu)
{
    vcpu->page->irq_disabled = 0;
    if (vcpu_virq(vcpu)->summary)
        return;
    irq_look_next();
    schedule_block(&schedule, vcpu->id);
    irq_look_later();
    cpu.attention |= ATTEND_SWITCH;
}

void vcpu_yield(struct vcpu *vcpu)
{
    irq_look_next();
    schedule_yield(&schedule, vcpu->id);
    cpu.attention |= ATTEND_SWITCH;
}

void vcpu_unload(struct vcpu *vcpu)
{
    vcpu->phase = PHASE_LOADING;
    if (!bit_get(schedule.ready, vcpu->id))
        vcpu_wake(vcpu->self);
    cpu.attention |= ATTEND_SWITCH;
}

void vcpu_start(struct vcpu *vcpu, uint64_t entry)
{
    /* What the CPU still holds is the former life's: it is not saved over the new one. */
    if (cpu.loaded == vcpu)
        cpu.loaded = NULL;
    arch_vcpu_start(vcpu, entry, HV_MEM_BASE + vcpu->partition->config->mem, PARTITION_BASE);
    vcpu->phase = PHASE_STARTED;
}

void vcpu_stop(struct vcpu *vcpu)
{
    vcpu->phase = PHASE_STOPPED;
    irq_look_next();
    schedule_block(&schedule, vcpu->id);
}

/* A slice of what is to be done, by nobody (NULL) or in the time of `vcpu`. */
static void work(const struct vcpu *vcpu)
{
    if (cpu.console_first) {
        cpu.console_first = false;
        cpu.postponed = 0;
        cpu.attention &= (uint8_t)~ATTEND_CONSOLE;
        console_step();
    } else if (!vcpu) {
        partition_all_stopped();
        cpu.halt = !console_step();
    } else {
        partition_work(vcpu->partition);
    }
    if (console_unshown())
        irq_look_next(); /* ticks drive it */
}

/* Nobody runs until the next time through cpu_next(); where `fresh`, the time until then goes into
 * work. */
APART static struct frame *leave_to_nobody(const struct vcpu *vcpu, bool fresh)
{
    if (UNLIKELY(trace_is_on()) && cpu.current)
        trace_record(HV_TRACE_SWITCH, 0, 0);
    compiler_barrier(); /* the record has cpu.self as it is yet */
    cpu.current = NULL;
    cpu.self = 0;
    cpu.frame = &nobody;
    cpu.attention = ATTEND_SWITCH | (cpu.attention & ATTEND_CONSOLE);
    cpu.halt = false;
    if (fresh)
        work(vcpu);
    return NULL;
}

static struct frame *enter(struct vcpu *vcpu)
{
    if (UNLIKELY(trace_is_on()) && cpu.current != vcpu)
        trace_record_set(HV_TRACE_SWITCH, 0, &vcpu->self);
    compiler_barrier(); /* the record has cpu.self as it is yet */
    if (cpu.loaded != vcpu)
        arch_switch(cpu.loaded, vcpu);
    cpu.loaded = vcpu;
    cpu.current = vcpu;
    cpu.self = vcpu->self;
    cpu.frame = &vcpu->frame;
    cpu.attention &= ATTEND_CONSOLE;
    vcpu_refresh(vcpu);
    if (!cpu.upcall)
        return &vcpu->frame;
    upcall_make();
    return cpu.attention & ATTEND_SWITCH ? leave_to_nobody(vcpu, false) : &vcpu->frame;
}

/* Whether the console, which is to be served, is served before `next` runs. Not where the CPU
 * changes hands, so that what one has to say delays no other's turn; yet it does not wait for ever.
 */
static bool before(const struct vcpu *next)
{
    return next == cpu.current || ++cpu.postponed > CONSOLE_POSTPONED;
}

struct frame *cpu_next(bool fresh)
{
    unsigned id = schedule_pick(&schedule);
    struct vcpu *next = id != VCPU_NONE ? &vcpus[id] : NULL;
    bool started = next && next->phase == PHASE_STARTED;

    if (!fresh && cpu.attention & ATTEND_CONSOLE)
        cpu.console_first = !started || before(next);
    if (started && !cpu.console_first)
        return enter(next);
    return leave_to_nobody(next, fresh);
}
