/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The core: a vCPU's virtual interrupts. For each vector three bits (registered, masked, in
 * service) and four counters that only grow; eligible is an index over them, kept so that the next
 * vector is found without a search. Pure: no globals, no hardware.
 *
 * Every function takes a vector below 256; whether it lies in the interface's domain is the
 * caller's to check. Each either refuses and changes nothing, or can't fail.
 */
#ifndef HV_VIRQ_H
#define HV_VIRQ_H

#include <stdbool.h>
#include <stdint.h>
#include "hv/bitmap.h"

#define VIRQ_NONE  256 /* no vector */
#define VIRQ_ENDED 1   /* the service has ended now */

/* A vector, side by side: who has found it has all of it. */
struct virq_vector {
    uint64_t raised;       /* written by whoever raises */
    uint64_t acknowledged; /* this and the others: written by the owner */
    uint64_t discarded;
    uint64_t upcalls;
    bool masked;
    bool in_service;
};

struct virq {
    uint64_t registered[BITMAP_WORDS];
    uint64_t eligible[BITMAP_WORDS]; /* pending and not masked */
    uint64_t summary;                /* bit w: eligible[w] has a bit set */
    struct virq_vector of[BITMAP_WORDS][64];
};

/* What an upcall says of the service that begins with it, and what its return says back. */
struct virq_service {
    unsigned vector;
    uint64_t count;  /* outstanding when it begins; acknowledged when it ends */
    uint64_t upcall; /* the upcall's number */
};

/* What there is of `vector`. The rows lie one behind the other, so that the vector's number finds
 * it in all of them: five instructions less than row and column. The prover wants these. */
#ifdef __FRAMAC__
#define VIRQ_OF(virq, vector) (virq)->of[(vector) / 64][(vector) % 64]
#else
#define VIRQ_OF(virq, vector) (&(virq)->of[0][0])[vector]
#endif

/* What is proved of it, for the prover. To the compiler it is empty. */
#include "hv/virq_spec.h"

/* Nothing registered, all counters 0. */
void virq_init(struct virq *virq);

/* Makes the counters of `vector`, which is not registered, 0: those of a life that has ended. */
void virq_forget(struct virq *virq, unsigned vector);

bool virq_is_registered(const struct virq *virq, unsigned vector);
uint64_t virq_outstanding(const struct virq *virq, unsigned vector);

/* Registers `vector`, unmasked and not in service. 0, or HV_EBUSY. */
int64_t virq_register(struct virq *virq, unsigned vector);

/* Takes the registration back and discards what is outstanding: how many, or HV_ENOENT. */
int64_t virq_unregister(struct virq *virq, unsigned vector);

/* Keeps `vector` from being delivered, or no longer. 0, or HV_ENOENT. */
int64_t virq_mask(struct virq *virq, unsigned vector);
int64_t virq_unmask(struct virq *virq, unsigned vector);

/* The index says from now on that `vector` is to be delivered. */
static inline void virq_make_eligible(struct virq *virq, unsigned vector)
{
    unsigned word = bitmap_word(vector);

    virq->eligible[word] = bit_set(virq->eligible[word], bitmap_bit(vector));
    virq->summary = bit_set(virq->summary, word);
}

/* Counts an occurrence of `vector`, which is registered. True where the vector is eligible now: the
 * vCPU has something to be told. Here, so that what does not depend on the vCPU is computed once
 * for all that one interrupt is counted for. */
static inline bool virq_raise(struct virq *virq, unsigned vector)
{
    VIRQ_OF(virq, vector).raised++;
    /*@ ghost ledger_raise(vector / 64, vector % 64); */
    if (VIRQ_OF(virq, vector).masked || VIRQ_OF(virq, vector).in_service)
        return false; /* to be told when it is unmasked, when the service ends */
    virq_make_eligible(virq, vector);
    return true;
}

/* The lowest vector that is eligible, or VIRQ_NONE: for tests, which look without a beginning. */
unsigned virq_next(const struct virq *virq);

/* Puts the lowest vector that is eligible, of which there is one, in service and counts an upcall:
 * what that has to say. */
struct virq_service virq_begin(struct virq *virq);

/* Ends the service, acknowledging its count: VIRQ_ENDED, or HV_ERANGE where fewer are outstanding.
 * Where it has ended otherwise nothing changes: 0. */
int64_t virq_end(struct virq *virq, struct virq_service service);

/* Acknowledges `count` occurrences and ends the service, if there is one: how many are still
 * outstanding, or HV_ENOENT, or HV_ERANGE where fewer than `count` are. */
int64_t virq_acknowledge(struct virq *virq, unsigned vector, uint64_t count);

/* The index and the counters agree, nothing outstanding is stranded, an unregistered vector has
 * nothing. */
bool virq_invariant(const struct virq *virq);

#endif
