/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two guests and the machine do anything, in any order, for ever: calls, interrupts, ticks, faults,
 * the end of lives and the way out. They begin in any state that the types and the comments in the
 * headers allow. The console and the slices between two lives have drivers of their own (console.c,
 * work.c); here they do anything that they may.
 */
#include "any.h"
#include "hv/compiler.h"
#include "hv/console.h"
#include "hv/health.h"
#include "hv/hypercall.h"
#include "hv/input.h"
#include "hv/irq.h"
#include "hv/memory.h"
#include "hv/partition.h"
#include "hv/upcall.h"
#include "seam.h"

static struct memory memory;
static struct config config;

/* ---- the slices -------------------------------------------------------------------------------
 */

void partition_all_stopped(void)
{
}

void partition_revive(struct partition *partition)
{
    partition->restarts++;
    partition->work = WORK_CLEAR;
    vcpu_unload(partition->vcpu);
}

/* What is left of a life goes, or the next one starts, or there is none. */
void partition_work(struct partition *partition)
{
    unsigned vector = (unsigned)any_of(0, HV_VECTORS - 1);
    struct virq *virq = vcpu_virq(partition->vcpu);

    switch (any_of(0, 3)) {
    case 0:
        if (virq_is_registered(virq, vector))
            irq_unregister(partition->vcpu, vector);
        totals_add(&partition->totals, &VIRQ_OF(virq, vector));
        virq_forget(virq, vector);
        break;
    case 1:
        irq_restart(partition->config->grants);
        vcpu_start(partition->vcpu, any);
        break;
    case 2:
        vcpu_stop(partition->vcpu);
        break;
    default:
        memset(partition->memory, any_byte, partition->size);
        break;
    }
}

/* That of COM2 or of COM1. */
unsigned config_console_line(const struct config *given)
{
    (void)given;
    return (unsigned)any_of(HV_VECTOR_COM2, HV_VECTOR_COM1) - HV_VECTOR_LINE;
}

/* ---- the state to begin in --------------------------------------------------------------------
 */

static void create(unsigned id)
{
    struct boot_range module = {SEAM_MODULES + id * SEAM_IMAGE,
                                SEAM_MODULES + (id + 1) * SEAM_IMAGE};
    struct partition_config *given = &config.partitions[id];

    given->mem = SEAM_MEM;
    given->restarts = (uint32_t)any;
    given->system = any_bool();
    given->console = any_bool();
    given->fault = (enum fault_policy)any_of(FAULT_STOP, FAULT_HALT);
    any_bytes(given->grants, sizeof(given->grants));
    given->grants[0] =
        any << HV_VECTOR_LINE; /* as hv/config.c grants: a line or a virtual vector */
    partition_create(id, given, &module, &memory);
}

static void any_space(struct arch_space *space)
{
    for (unsigned i = 0; i < SEAM_SIZE / HV_PAGE_SIZE; i++)
        space->pages[i] = any & (PAGE_READ | PAGE_WRITE | PAGE_EXECUTE);
}

static void any_partition(unsigned id)
{
    struct partition *partition = &partitions[id];
    struct vcpu *vcpu = &vcpus[id];

    create(id);
    any_space(&partition->space);
    partition->restarts = (uint32_t)any;
    any_bytes(&partition->totals, sizeof(partition->totals));
    any_bytes(partition->memory, SEAM_SIZE);
    any_bytes(&virqs.of[id], sizeof(virqs.of[id]));
    vcpu->phase = (enum vcpu_phase)any_of(PHASE_LOADING, PHASE_STOPPED);
    any_bytes(vcpu->entry, sizeof(vcpu->entry));
    any_bytes(&vcpu->frame, sizeof(vcpu->frame));
}

/* Each vCPU may be in the queue or have a window. */
static void any_schedule(void)
{
    schedule.ready = any_of(0, 3);
    schedule.owners = any_of(0, 3);
    schedule.turn_left = (uint32_t)any;
    for (unsigned i = 0; i < VCPUS; i++)
        schedule.batch[i] = any & 3;
    schedule.first = (unsigned)any_of(0, VCPUS - 1);
    schedule.batches = (unsigned)any;
    schedule.window_count = SEAM_PARTITIONS;
    schedule.window_now = (unsigned)any_of(0, SEAM_PARTITIONS - 1);
    schedule.window_left = (uint32_t)any;
    schedule.given_up = any_bool();
    any_bytes(schedule.ticks, sizeof(schedule.ticks));
    any_bytes(schedule.overruns, sizeof(schedule.overruns));
    for (unsigned i = 0; i < SEAM_PARTITIONS; i++)
        schedule.window[i] = (struct window){(uint8_t)i, (uint32_t)any};
}

static void any_cpu(void)
{
    cpu.attention = (uint8_t)any_of(0, ATTEND_SWITCH | ATTEND_CONSOLE);
    cpu.upcall = any_bool();
    cpu.console_first = any_bool();
    cpu.postponed = any_byte;
    cpu.now = any;
    trace.made = any * sizeof(struct hv_trace_record);
    trace.on = any_bool();
}

static void begin(void)
{
    static const struct boot_info info = {.range_count = 1, .ranges = {{SEAM_FREE, SEAM_END}}};

    memory_init(&memory, &info);
    irq_init((uint16_t)any, (uint32_t)any);
    schedule_init(&schedule, (uint32_t)any);
    for (unsigned id = 0; id < SEAM_PARTITIONS; id++)
        any_partition(id);
    any_schedule();
    any_cpu();
    config.partition_count = SEAM_PARTITIONS;
    input_init(&config);
}

/* ---- what happens -----------------------------------------------------------------------------
 */

/*
 * What Eva cannot know, since it does not remember how one value limits another, is said in turn:
 * what of a vector's or an address's range a value is in, who is next, which word of the map is the
 * first that has a vector that is eligible.
 */

#define END (PARTITION_BASE + SEAM_SIZE)

struct range {
    uint64_t low, high;
};

static uint64_t any_in(struct range range)
{
    return any_of(range.low, range.high);
}

/* What a guest does without the hypervisor. */
static void run(struct vcpu *vcpu)
{
    any_bytes(vcpu->page, SEAM_SIZE);
    any_bytes(&vcpu->frame, sizeof(vcpu->frame));
}

/* A call that is not IRQ_RETURN. */
static void call(void)
{
    /* Vectors, partitions, a vector in the lowest byte and a partition above it, addresses. */
    static const struct range firsts[] = {
        {0, 0},
        {1, 1},
        {SEAM_PARTITIONS, HV_VECTOR_LINE - 1},
        {HV_VECTOR_LINE, HV_VECTOR_VIRTUAL - 1},
        {HV_VECTOR_VIRTUAL, HV_VECTORS - 1},
        {HV_VECTORS, 2 * HV_VECTORS - 1},
        {SEAM_PARTITIONS * HV_VECTORS, CONFIG_PARTITIONS * HV_VECTORS - 1},
        {CONFIG_PARTITIONS * HV_VECTORS, PARTITION_BASE - 1},
        {PARTITION_BASE, END - HV_CONSOLE_MAX},
        {END - HV_CONSOLE_MAX + 1, END - 1},
        {END, UINT64_MAX},
    };

    for (unsigned i = 0; i < ARRAY_LENGTH(firsts); i++)
        if (any_bool())
            hypercalls[any_of(0, HV_CALL_IRQ_RETURN - 1)](any_in(firsts[i]), any, any);
        else if (any_bool())
            hypercalls[any_of(HV_CALL_IRQ_RETURN + 1, HYPERCALLS - 1)](any_in(firsts[i]), any, any);
        else
            irq_ack_traced_call(any_in(firsts[i]), any, any);
}

/* Some vector is eligible. In the word that the index names first there is one; what is in those
 * that it does not name is not looked at. */
static void put_eligible(struct virq *virq)
{
    virq->summary = any_of(1, (1 << BITMAP_WORDS) - 1);
    for (unsigned word = 0; word < BITMAP_WORDS; word++)
        virq->eligible[word] = any_of(1, UINT64_MAX);
}

/* From any stack; from one in memory an upcall that is due may follow at once. */
static void return_from_upcall(struct vcpu *current)
{
    static const struct range stacks[] = {
        {0, PARTITION_BASE - 1},
        {PARTITION_BASE, END - HV_UPCALL_SIZE},
        {END - HV_UPCALL_SIZE + 1, END - HV_UPCALL_READ},
        {END - HV_UPCALL_READ + 1, END - 1},
        {END, UINT64_MAX},
    };

    for (unsigned i = 0; i < ARRAY_LENGTH(stacks); i++) {
        put_eligible(vcpu_virq(current));
        if (any_bool())
            vcpu_virq(current)->summary = 0;
        current->frame.rsp = any_in(stacks[i]);
        cpu.attention = (uint8_t)any_of(0, ATTEND_SWITCH | ATTEND_CONSOLE);
        hypercalls[HV_CALL_IRQ_RETURN](any, any, any);
    }
}

/* Each upcall that may be due to `vcpu`, or none, and then `out`. */
static void upcall(struct vcpu *vcpu, void (*out)(struct vcpu *))
{
    const uint64_t below = HV_RED_ZONE + HV_UPCALL_SIZE; /* from the stack to the frame */
    const struct range inside = {PARTITION_BASE + below, END + below - 1};
    const struct range outside[] = {{0, HV_RED_ZONE - 1},
                                    {HV_RED_ZONE, below - 1},
                                    {below, inside.low - 1},
                                    {inside.high + 1, UINT64_MAX}};

    put_eligible(vcpu_virq(vcpu));
    vcpu->frame.rsp = any_in(inside);
    out(vcpu);
    for (unsigned i = 0; i < ARRAY_LENGTH(outside); i++) {
        vcpu->frame.rsp = any_in(outside[i]);
        out(vcpu);
    }
    vcpu_virq(vcpu)->summary = 0;
    cpu.upcall = false;
    out(vcpu);
}

static void take_upcall(struct vcpu *current)
{
    (void)current;
    upcall_make();
}

static void act(struct vcpu *current)
{
    switch (any_of(0, 4)) {
    case 0:
        run(current);
        break;
    case 1:
        call();
        break;
    case 2:
        return_from_upcall(current);
        break;
    case 3:
        health_fault(current, (unsigned)any, any);
        break;
    default:
        upcall(current, take_upcall);
        break;
    }
}

/* The number of a tick stays between the two at which somebody looks at it. */
static void tick(void)
{
    static const int32_t lasts[] = {-1, TICKS_TOLD - 1};

    cpu.looked = (int32_t)any_of(0, 2 * (TICKS_TOLD - 1)) - (TICKS_TOLD - 1);
    for (unsigned i = 0; i < ARRAY_LENGTH(lasts); i++) {
        cpu.tick = lasts[i];
        irq_tick();
        cpu.tick = lasts[i] - (int32_t)any_of(1, TICKS_TOLD - 2 + i);
        irq_tick();
    }
}

static void interrupt(void)
{
    switch (any_of(0, 2)) {
    case 0:
        irq_line((unsigned)any_of(1, HV_LINES - 1));
        break;
    case 1:
        tick();
        break;
    default:
        irq_spurious((unsigned)any_of(0, HV_LINES - 1));
        break;
    }
}

static void look(void)
{
    vcpu_state(&vcpus[0]);
    irq_line_state((unsigned)any_of(0, HV_LINES - 1));
    irq_line_counters((unsigned)any_of(0, HV_LINES - 1));
    irq_open_input();
}

/* Whoever is in the queue, and whose the window is, is `next`; or nobody has the time. */
static void give_time(const struct vcpu *next)
{
    schedule.window_now = next->id;
    for (unsigned i = 0; i < VCPUS; i++)
        schedule.batch[i] = bit_set(0, next->id);
}

static void enter_guest(struct vcpu *next)
{
    (void)next;
    cpu_next(false);
}

/* A guest that runs is entered as above, so that here it is not: something else comes first. */
static void do_slice(const struct vcpu *next)
{
    if (next->phase == PHASE_STARTED)
        cpu.console_first = true;
    cpu_next(true);
}

static void way_out(struct vcpu *next)
{
    give_time(next);
    if (any_bool())
        upcall(next, enter_guest);
    else
        do_slice(next);
}

/* cpu.self says who cpu.current is. */
static void happen_to(struct vcpu *current)
{
    cpu.current = current;
    cpu.self = current ? current->self : 0;
    if (any_bool())
        interrupt();
    else if (current)
        act(current);
}

static void happen(void)
{
    switch (any_of(0, 3)) {
    case 0:
        if (cpu.current == &vcpus[0])
            happen_to(&vcpus[0]);
        else if (cpu.current == &vcpus[1])
            happen_to(&vcpus[1]);
        else
            happen_to(NULL);
        break;
    case 1:
        way_out(&vcpus[0]);
        break;
    case 2:
        way_out(&vcpus[1]);
        break;
    default:
        look();
        break;
    }
}

void eva_calls(void)
{
    begin();
    while (any_bool())
        happen();
}
