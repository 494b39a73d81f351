/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/irq.h"
#include "hv/arch.h"
#include "hv/compiler.h"
#include "hv/console.h"
#include "hv/input.h"
#include "hv/partition.h"
#include "hv/trace_point.h"

static struct route route;
static struct lines lines;

void irq_init(uint16_t level, uint32_t burst)
{
    route_init(&route);
    lines_init(&lines, level, burst);
}

bool irq_in_domain(uint64_t vector)
{
    return vector >= HV_VECTOR_LINE && vector < HV_VECTORS && vector != HV_GATE;
}

static bool has_line(unsigned vector)
{
    return vector < HV_VECTOR_LINE + HV_LINES;
}

/* Makes the controller's mask what the line's state says. */
static void set_line(unsigned line)
{
    if (line_is_open(&lines, line))
        arch_line_open(line);
    else
        arch_line_close(line);
}

APART static void open_line(unsigned line)
{
    line_register(&lines, line);
    set_line(line);
}

/* Inline, so that for the timer the vector is a constant. */
static inline __attribute__((always_inline)) void raise(unsigned vector)
{
    trace_point_set(HV_TRACE_RAISE, vector, &route.registered[vector]);
    vcpu_notify(route_raise(&route, &virqs, vector));
}

void irq_line(unsigned line)
{
    line_raise(&lines, line, irq_now());
    if (!line_is_open(&lines, line)) {
        arch_line_close(line);
        irq_look_next(); /* it may be held until then */
    }
    if (UNLIKELY(line == input_line()))
        input_take();
    else
        raise(HV_VECTOR_LINE + line);
}

void irq_open_input(void)
{
    line_serve_at_once(&lines, input_line());
    open_line(input_line());
}

static void release_held(void)
{
    for (uint32_t rest = lines_release(&lines); rest != 0; rest &= rest - 1)
        set_line(bit_first(rest));
}

/* The books of ticks that were only counted, or only told to those who have their vector
 * registered. */
static void book(uint32_t ticks)
{
    cpu.now += ticks;
    lines.line[0].raised += ticks;
    if (route.registered[HV_VECTOR_PIT] == 0)
        lines.line[0].unclaimed += ticks;
    schedule_skip(&schedule, ticks);
}

void irq_look_next(void)
{
    uint32_t counted = irq_counted();

    if (counted > 0)
        book(counted);
    cpu.tick = cpu.looked = -1;
}

/* After how many ticks somebody may want more than a count and the telling. */
static uint32_t quiet_ticks(void)
{
    return UNLIKELY(lines.held || console_unshown()) ? 1 : schedule_quiet(&schedule);
}

void irq_look_later(void)
{
    int32_t number = -(int32_t)quiet_ticks();

    if (route.registered[HV_VECTOR_PIT])
        number += TICKS_TOLD;
    cpu.tick = cpu.looked = number;
}

static void tick_console(void)
{
    console_tick();
    if (console_busy())
        cpu.attention |= ATTEND_CONSOLE;
}

APART static void trace_window(void)
{
    if (schedule_begins(&schedule))
        trace_record(HV_TRACE_WINDOW, 0, bit_set(0, schedule.window[schedule.window_now].owner));
}

APART void irq_look(void)
{
    unsigned ran = cpu.current ? cpu.current->id : schedule_pick(&schedule);

    if (irq_counted() > 1)
        book(irq_counted() - 1);
    cpu.tick = cpu.looked = -1;
    cpu.now++;
    lines.line[0].raised++;
    if (route.registered[HV_VECTOR_PIT])
        raise(HV_VECTOR_PIT);
    else
        lines.line[0].unclaimed++;
    if (lines.held)
        release_held();
    if (schedule_tick(&schedule, ran))
        cpu.attention |= ATTEND_SWITCH;
    if (UNLIKELY(trace_is_on()))
        trace_window();
    if (console_unshown())
        tick_console();
    irq_look_later();
}

APART void irq_tell(void)
{
    raise(HV_VECTOR_PIT);
}

void irq_spurious(unsigned line)
{
    lines.line[line].spurious++;
}

int64_t irq_register(struct vcpu *vcpu, unsigned vector, uint64_t entry)
{
    bool on_line = has_line(vector);

    if (on_line)
        irq_look_next(); /* each tick is told from now on, where it is the timer's */
    int64_t status = route_register(&route, &virqs, vcpu->id, vector);
    if (status < 0)
        return status;
    vcpu->entry[vector] = entry;
    if (on_line)
        open_line(vector - HV_VECTOR_LINE);
    return status;
}

/* Nobody has the line's vector registered any longer. */
static void close_line(unsigned line)
{
    irq_look_next(); /* no tick is told from now on, where it is the timer's */
    line_unregister(&lines, line);
    set_line(line);
}

int64_t irq_unregister(struct vcpu *vcpu, unsigned vector)
{
    bool last = has_line(vector) && route.registered[vector] == vcpu->self;

    /* Closed before the registration goes; nothing comes between with interrupts off. */
    if (last)
        close_line(vector - HV_VECTOR_LINE);
    int64_t status = route_unregister(&route, &virqs, vcpu->id, vector);
    vcpu_refresh(vcpu);
    return status;
}

/* Whether the vector has a line that, level-triggered, waits for the end of its service. */
static bool is_waiting(unsigned vector)
{
    return has_line(vector) && bit_get(lines.waiting, vector - HV_VECTOR_LINE);
}

static void end_waiting(unsigned vector)
{
    line_served(&lines, vector - HV_VECTOR_LINE);
    set_line(vector - HV_VECTOR_LINE);
}

/* Who polls has no service that begins: for a level-triggered line it is over with what is
 * acknowledged, and a look (count 0) ends nothing. */
static bool ends_waiting(struct virq *virq, unsigned vector, uint64_t count)
{
    return is_waiting(vector) && (count > 0 || VIRQ_OF(virq, vector).in_service);
}

APART static int64_t acknowledge_waiting(struct virq *virq, unsigned vector, uint64_t count)
{
    bool ends = ends_waiting(virq, vector, count);
    int64_t status = virq_acknowledge(virq, vector, count);

    if (ends && status >= 0)
        end_waiting(vector);
    return status;
}

int64_t irq_acknowledge(struct vcpu *vcpu, unsigned vector, uint64_t count)
{
    struct virq *virq = vcpu_virq(vcpu);
    int64_t status = UNLIKELY(lines.waiting) ? acknowledge_waiting(virq, vector, count)
                                             : virq_acknowledge(virq, vector, count);

    vcpu_refresh(vcpu);
    return status;
}

int64_t irq_end(struct vcpu *vcpu, struct virq_service service)
{
    int64_t status = virq_end(vcpu_virq(vcpu), service);

    if (UNLIKELY(lines.waiting) && status == VIRQ_ENDED && is_waiting(service.vector))
        end_waiting(service.vector);
    return status;
}

struct hv_irq_stats irq_stats(struct vcpu *vcpu, unsigned vector)
{
    const struct virq_vector *of = &VIRQ_OF(vcpu_virq(vcpu), vector);
    bool own_line = has_line(vector) && partition_granted(vcpu->partition, vector);

    return (struct hv_irq_stats){
        .raised = of->raised,
        .acknowledged = of->acknowledged,
        .discarded = of->discarded,
        .outstanding = virq_outstanding(vcpu_virq(vcpu), vector),
        .upcalls = of->upcalls,
        .held = own_line ? line_held(&lines, vector - HV_VECTOR_LINE) : 0,
    };
}

void irq_restart(const uint64_t grants[BITMAP_WORDS])
{
    for (unsigned line = 0; line < HV_LINES; line++)
        if (bit_get(grants[0], HV_VECTOR_LINE + line))
            line_restart(&lines, line);
}

const struct line *irq_line_counters(unsigned line)
{
    irq_look_next();
    return &lines.line[line];
}

static uint64_t state_if(uint16_t set, unsigned line, uint64_t state)
{
    return bit_get(set, line) ? state : 0;
}

uint64_t irq_line_state(unsigned line)
{
    return (line_is_open(&lines, line) ? HV_LINE_IS_OPEN : 0u) |
           state_if(lines.registered, line, HV_LINE_IS_REGISTERED) |
           state_if(lines.held, line, HV_LINE_IS_HELD) |
           state_if(lines.waiting, line, HV_LINE_IS_WAITING) |
           state_if(lines.level | lines.at_once, line, HV_LINE_IS_LEVEL);
}
