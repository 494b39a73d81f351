/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts on their way: from the controller to the vCPUs that registered the vector, and the
 * guests' requests back to the lines. Here the pure parts (virq, route, line) meet the machine.
 */
#ifndef HV_IRQ_H
#define HV_IRQ_H

#include <stdbool.h>
#include <stdint.h>
#include "hv/compiler.h"
#include "hv/line.h"
#include "hv/trace_point.h"
#include "hv/vcpu.h"

/* Bit n of `level`: line n is level-triggered. `burst`: how often an edge-triggered line may occur
 * in a tick. */
void irq_init(uint16_t level, uint32_t burst);

/* Whether the IRQ calls take `vector`: 32 to 255 without 128. */
bool irq_in_domain(uint64_t vector);

/* A line's interrupt was accepted, its in-service bit set. Before its EOI. */
void irq_line(unsigned line);

/*
 * Line 0: ticks. Most of them want nothing but a count, so they are counted up to the next one at
 * which somebody may, number 0: irq_look() looks at that one. While somebody has the timer's vector
 * registered each tick is told besides (irq_tell()); then the count is TICKS_TOLD higher, so that
 * one look at its sign says of most ticks that nothing is to be done. Whoever registers the timer's
 * vector or takes that back, changes the schedule, holds a line or gives the console something to
 * show calls irq_look_next() before: the next tick is looked at; or the next that the schedule
 * wants to be, where irq_look_later() is called after the change. After the tick's EOI.
 */
#define TICKS_TOLD (1 << 30)
_Static_assert(SCHEDULE_QUIET_MAX < TICKS_TOLD, "what is counted does not come to what is told");

void irq_tell(void);
void irq_look(void);
void irq_look_next(void);
void irq_look_later(void);

static inline void irq_tick(void)
{
    if (++cpu.tick < 0)
        return;
    compiler_barrier(); /* read again: so most ticks need no register: 27 instructions, not 29 */
    if (cpu.tick % TICKS_TOLD == 0)
        irq_look();
    else
        irq_tell();
}

/* Ticks that are not booked yet. */
static inline uint32_t irq_counted(void)
{
    return (uint32_t)(cpu.tick - cpu.looked);
}

/* Ticks since the start. */
static inline uint64_t irq_now(void)
{
    return cpu.now + irq_counted();
}

/* The console's line is opened: something is typed from now on. */
void irq_open_input(void);

/* An interrupt of `line` whose in-service bit is not set. */
void irq_spurious(unsigned line);

/* The guests' calls, after the checks of domain and grant; the statuses are the core's. */
int64_t irq_register(struct vcpu *vcpu, unsigned vector, uint64_t entry);
int64_t irq_unregister(struct vcpu *vcpu, unsigned vector);
int64_t irq_acknowledge(struct vcpu *vcpu, unsigned vector, uint64_t count);

/* Inline: as a function that two files call it takes IRQ_RAISE 8 instructions more. */
static inline int64_t irq_raise(struct vcpu *vcpu, unsigned vector)
{
    if (!virq_is_registered(vcpu_virq(vcpu), vector))
        return HV_ENOENT;
    trace_point_set(HV_TRACE_RAISE, vector, &vcpu->self);
    if (virq_raise(vcpu_virq(vcpu), vector))
        vcpu_notify(vcpu->self);
    return 0;
}

/* IRQ_RETURN says that the service is over: as virq_end(). The caller brings the rest in line
 * (vcpu_refresh()). */
int64_t irq_end(struct vcpu *vcpu, struct virq_service service);

/* What IRQ_STATS says of the vCPU's vector, which is in the domain. */
struct hv_irq_stats irq_stats(struct vcpu *vcpu, unsigned vector);

/* The vCPU's partition starts afresh: `held` of the lines in `grants` counts from 0. */
void irq_restart(const uint64_t grants[BITMAP_WORDS]);

/* The line's counters, as of now; its state, HV_LINE_IS_… united. */
const struct line *irq_line_counters(unsigned line);
uint64_t irq_line_state(unsigned line);

#endif
