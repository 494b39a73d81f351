/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference model of a whole system with a few guests, written from docs/ABI.md: what each
 * call, interrupt, upcall and fault does to the guests, their memory and the lines. Slow and plain:
 * flags and numbers for each vector, a list for the schedule, a copy of each guest's memory.
 */
#ifndef MODEL_SYSTEM_H
#define MODEL_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>
#include "guest_image.h"
#include "hv/frame.h"
#include "model_core.h"
#include "model_schedule.h"

#define GUESTS   3
#define ALL_SIZE (MEM + HV_PAGE_SIZE) /* of a guest's memory, the vCPU page included */

enum model_phase { MODEL_LOADING, MODEL_STARTED, MODEL_STOPPED };

struct model_guest {
    /* What its line says. */
    bool granted[HV_VECTORS];
    enum fault_policy policy;
    uint32_t restarts_allowed;

    enum model_phase phase;
    bool lived; /* when the model last followed */
    struct model_core core;
    uint64_t entry[HV_VECTORS];
    struct frame frame;
    uint8_t fx; /* what its x87 and SSE state is full of */
    uint8_t memory[ALL_SIZE];
    bool
        scribbled; /* it wrote irq_pending itself: of that, nothing is expected until it restarts */

    enum ending ending; /* how its last life ended, and what is to follow */
    enum sequel sequel;
    uint64_t exit_code;
    struct fault fault;
    uint32_t restarts;
    bool left;            /* of its counters something was not collected yet */
    uint64_t outstanding; /* occurrences that the last life left */
    struct totals totals;
};

struct model_line {
    bool level, waiting, held;
    unsigned burst;      /* occurrences in this tick */
    uint64_t held_ticks; /* since its owner last started */
};

struct model {
    struct model_guest guests[GUESTS];
    struct model_line lines[HV_LINES];
    struct model_schedule schedule;
    unsigned burst; /* how often an edge-triggered line may occur in a tick */
};

extern struct model model;

/* Lines that each guest has for itself: an edge-triggered one, and a level-triggered one. */
extern const uint8_t own_lines[GUESTS][2];

/* Whether the guest may use all of these bytes so (PAGE_…), and where its memory has them. */
bool model_may(uint64_t address, uint64_t length, unsigned access);
uint8_t *model_bytes(struct model_guest *guest, uint64_t address);

/* The guest, or the hypervisor for it, writes there. */
void model_write(struct model_guest *guest, uint64_t address, const void *bytes, size_t length);

/* What irq_disabled and irq_pending are. */
bool model_disabled(struct model_guest *guest);
void model_disable(struct model_guest *guest, bool disabled);
bool model_deliverable(const struct model_guest *guest);

/* Whether the line is open at the controller. */
bool model_line_open(unsigned line);

/* An occurrence of the line, or a tick. */
void model_line(unsigned line);
void model_tick(void);

/* The vector is no longer the guest's; the result of IRQ_UNREGISTER. */
int64_t model_take_back(struct model_guest *guest, unsigned vector);

/* The upcall that is due; false, and the guest has faulted, where its stack is bad. */
bool model_upcall(struct model_guest *guest);

/* The guest has something to be told that it had not before. */
void model_wake(struct model_guest *guest);

/* The life of a guest ends, has been taken to pieces as far as `vector`, or begins. */
void model_end(struct model_guest *guest, enum ending ending);
void model_fault(struct model_guest *guest, unsigned what, uint64_t address);
void model_collect(struct model_guest *guest, unsigned vector);
void model_start(struct model_guest *guest);

/* What a call answers; the guest's life may have ended. `room` is what the console takes. */
uint64_t model_call(struct model_guest *guest, const uint64_t arguments[3], uint64_t number,
                    unsigned room);

#endif
