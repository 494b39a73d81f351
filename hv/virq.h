/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The core: a vCPU's virtual interrupts. For each vector three bits (registered, masked, in
 * service) and four counters that only grow; pending is an index over them, kept so that the next
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

#define VIRQ_NONE 256 /* no vector */

struct virq {
    uint64_t registered[BITMAP_WORDS];
    uint64_t masked[BITMAP_WORDS];
    uint64_t in_service[BITMAP_WORDS];
    uint64_t pending[BITMAP_WORDS];
    uint64_t eligible;                       /* bit w: pending[w] has a vector that is not masked */
    uint64_t raised[BITMAP_WORDS][64];       /* written by whoever raises */
    uint64_t acknowledged[BITMAP_WORDS][64]; /* this and the others: written by the owner */
    uint64_t discarded[BITMAP_WORDS][64];
    uint64_t upcalls[BITMAP_WORDS][64];
};

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

/* Counts an occurrence of `vector`, which is registered. True where this made the first vector
 * eligible: the vCPU has something to be told that it had not before. Here, so that what does not
 * depend on the vCPU is computed once for all that one interrupt is counted for. */
static inline bool virq_raise(struct virq *virq, unsigned vector)
{
    unsigned word = bitmap_word(vector), bit = bitmap_bit(vector);
    uint64_t mask = bit_set(0, bit);

    virq->raised[word][bit]++;
    /*@ ghost ledger_raise(word, bit); */
    if ((virq->pending[word] & mask) != 0)
        return false; /* told already */
    if ((virq->in_service[word] & mask) != 0)
        return false; /* to be told when the service ends */
    virq->pending[word] = bit_set(virq->pending[word], bit);
    if ((virq->masked[word] & mask) != 0)
        return false;
    if (bit_any(virq->eligible)) {
        virq->eligible = bit_set(virq->eligible, word);
        return false;
    }
    virq->eligible = bit_set(0, word);
    return true;
}

/* The lowest vector that is pending and not masked, or VIRQ_NONE. */
unsigned virq_next(const struct virq *virq);

/* Puts `vector`, which is pending, in service and counts an upcall. */
void virq_begin(struct virq *virq, unsigned vector);

/* Acknowledges `count` occurrences and ends the service: how many are still outstanding, or
 * HV_ENOENT, or HV_ERANGE where fewer than `count` are. */
int64_t virq_acknowledge(struct virq *virq, unsigned vector, uint64_t count);

/* Whether `upcall` is the number of the upcall that put `vector` in service, and it still is. */
bool virq_serves(const struct virq *virq, unsigned vector, uint64_t upcall);

/* The index and the counters agree, nothing outstanding is stranded, an unregistered vector has
 * nothing. */
bool virq_invariant(const struct virq *virq);

#endif
