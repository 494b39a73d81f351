/* SPDX-License-Identifier: BSD-2-Clause */
/* The vCPU table, a vCPU's states, and the CPU that runs them. */
#ifndef HV_VCPU_H
#define HV_VCPU_H

#include <stdbool.h>
#include <stdint.h>
#include "belfry/hv_abi.h"
#include "hv/frame.h"
#include "hv/route.h"
#include "hv/schedule.h"

struct arch_space;
struct partition;

enum vcpu_state {
    VCPU_OFF,     /* no partition */
    VCPU_LOADING, /* its time goes into loading, restarting or stopping its partition */
    VCPU_READY,
    VCPU_RUNNING,
    VCPU_WAITING, /* in VCPU_WAIT */
    VCPU_STOPPED  /* for good */
};

/* What of the state is the vCPU's own: a guest that has started is ready, running or waiting, and
 * of these the schedule keeps account. */
enum vcpu_phase { PHASE_OFF, PHASE_LOADING, PHASE_STARTED, PHASE_STOPPED };

/* What is particular to a paravirtual guest; the core's state stands apart. */
struct vcpu {
    enum vcpu_phase phase;
    unsigned id;
    uint32_t abi_version; /* HV_ABI_VERSION… as the guest finds it */
    uint64_t self;        /* the set of it alone */
    struct virq *virq;    /* virqs.of[id] */
    struct partition *partition;
    struct hv_vcpu_page *page; /* the guest's page, in the hypervisor's own mapping */
    uint64_t entry[HV_VECTORS];
    _Alignas(16) uint8_t fx[512]; /* x87 and SSE state, in FXSAVE's layout */
    _Alignas(16) struct frame frame;
};

_Static_assert(sizeof(struct vcpu) + sizeof(struct virq) <= 20 << 10, "a vCPU's record");

/* Why the way out must not return to the guest, not even for an upcall. */
enum {
    ATTEND_SWITCH = 1, /* the CPU may belong to somebody else now */
    ATTEND_CONSOLE = 2 /* the console has something to show */
};

struct cpu {
    struct frame *frame; /* where the way out finds what to return to */
    /* The way out tests these two at once: */
    _Alignas(2) uint8_t attention; /* ATTEND_… */
    bool upcall;                   /* the current vCPU has a vector pending and not masked */
    bool halt;                     /* nothing is left to do until an interrupt comes */
    bool console_first;            /* the console is served before anybody runs */
    uint8_t postponed;             /* changes of hands that it was not served before */
    struct vcpu *current;          /* whose time it is; NULL: nobody's */
    uint64_t self;                 /* the set of it alone, or empty */
    struct vcpu
        *loaded;    /* whose address space, x87/SSE state and segments the CPU holds, or NULL */
    uint64_t now;   /* ticks since the start, when they were last booked */
    int32_t looked; /* the number that stood for then (irq_tick()) */
    int32_t tick;   /* the last one's */
    uint64_t nmis;
    uint64_t strays; /* interrupts at vectors that have no source */
};

extern struct cpu cpu;
extern struct vcpu vcpus[VCPUS];
extern struct virqs virqs;
extern struct schedule schedule;

static inline struct virq *vcpu_virq(const struct vcpu *vcpu)
{
    return vcpu->virq;
}

enum vcpu_state vcpu_state(const struct vcpu *vcpu);

/* The address space of the vCPU's partition. */
const struct arch_space *vcpu_space(const struct vcpu *vcpu);

/* A vCPU for `partition`, in state LOADING and ready for its first slice. */
void vcpu_create(struct vcpu *vcpu, unsigned id, struct partition *partition, uint32_t window);

/* Brings what follows from the core's state in line after a change of it by the vCPU itself:
 * irq_pending in the guest's page, and whether the way out must look. The vCPU is the current one,
 * or there is none. */
static inline void vcpu_refresh(struct vcpu *vcpu)
{
    bool eligible = vcpu->virq->summary != 0;

    vcpu->page->irq_pending = eligible;
    cpu.upcall = eligible;
}

/* The vCPUs in `set`, which wait, have something to be told. */
void vcpu_wake(uint64_t set);

/* The core has something to tell the vCPUs in `told`: wakes those that wait. */
static inline void vcpu_notify(uint64_t told)
{
    uint64_t woken = told & ~schedule.ready;

    /* The others' irq_pending is set when they run: until then nobody looks at it. */
    if (told & cpu.self) {
        cpu.current->page->irq_pending = 1;
        cpu.upcall = true;
    }
    if (woken)
        vcpu_wake(woken);
}

/* The current vCPU enables its interrupts and blocks until an upcall was made and has returned. */
void vcpu_wait(struct vcpu *vcpu);

/* The current vCPU gives up the rest of its turn. */
void vcpu_yield(struct vcpu *vcpu);

/* From now on the vCPU's time goes into partition_work(), whatever it did. */
void vcpu_unload(struct vcpu *vcpu);

/* The partition is loaded: the vCPU starts at `entry`. */
void vcpu_start(struct vcpu *vcpu, uint64_t entry);

/* The vCPU uses no more time. */
void vcpu_stop(struct vcpu *vcpu);

/*
 * The way out, with interrupts off. upcall_make() makes the upcall that is due to the current vCPU.
 * Where cpu.attention is set, with the callee-saved registers in *cpu.frame, cpu_next() answers the
 * frame to return to, or NULL: let interrupts in (halting first where cpu.halt) and ask again, with
 * `fresh`: nothing was done since. Only then it does a slice of work, so that no slice makes the
 * path of an interrupt or of a hypercall longer.
 */
struct frame *cpu_next(bool fresh);

#endif
