/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is proved of the core (`make prove`): for Frama-C alone, which reads the comments that begin
 * with an @. To the compiler this file is empty. Included by hv/virq.h.
 *
 * First what can be said of a vCPU's virtual interrupts, then what always holds of them, then the
 * ledger that counts beside them, then the contract of each function.
 */
#ifndef HV_VIRQ_SPEC_H
#define HV_VIRQ_SPEC_H
#ifdef __FRAMAC__

#include "belfry/hv_abi.h"
#include "hv/ledger.h"

/* A vector (w, b) of the vCPU whose virtual interrupts are v. */
/*@ predicate is_vector(integer w, integer b) = 0 <= w < BITMAP_WORDS && 0 <= b < 64;

    predicate is_registered(struct virq v, integer w, integer b) = is_set(v.registered[w], b);
    predicate is_masked(struct virq v, integer w, integer b) = is_set(v.masked[w], b);
    predicate is_in_service(struct virq v, integer w, integer b) = is_set(v.in_service[w], b);
    predicate is_pending(struct virq v, integer w, integer b) = is_set(v.pending[w], b);
    predicate is_eligible(struct virq v, integer w, integer b) =
        is_pending(v, w, b) && !is_masked(v, w, b);

    logic integer outstanding(struct virq v, integer w, integer b) =
        v.raised[w][b] - v.acknowledged[w][b] - v.discarded[w][b];

    predicate all_zero(struct virq v, integer w, integer b) =
        v.raised[w][b] == 0 && v.acknowledged[w][b] == 0 && v.discarded[w][b] == 0 &&
        v.upcalls[w][b] == 0;

    predicate any_eligible(struct virq v) =
        \exists integer w, b; is_vector(w, b) && is_eligible(v, w, b);
*/

/* What always holds. */
/*@ predicate counters_hold(struct virq v) =
        \forall integer w, b; is_vector(w, b) ==> outstanding(v, w, b) >= 0;

    predicate nothing_stranded(struct virq v) =
        \forall integer w, b; is_vector(w, b) && outstanding(v, w, b) > 0 ==>
            is_pending(v, w, b) || is_in_service(v, w, b);

    predicate pending_follows(struct virq v) =
        \forall integer w, b; is_vector(w, b) ==>
            (is_pending(v, w, b) <==> is_registered(v, w, b) && outstanding(v, w, b) > 0 &&
                                      !is_in_service(v, w, b));

    predicate unregistered_is_empty(struct virq v) =
        \forall integer w, b; is_vector(w, b) && !is_registered(v, w, b) ==>
            outstanding(v, w, b) == 0 && !is_masked(v, w, b) && !is_in_service(v, w, b);

    predicate summary_has_all(struct virq v) =
        \forall integer w, b; is_vector(w, b) && is_eligible(v, w, b) ==> is_set(v.eligible, w);

    predicate summary_has_no_other(struct virq v) =
        \forall integer w; 0 <= w < 64 && is_set(v.eligible, w) ==>
            \exists integer b; is_vector(w, b) && is_eligible(v, w, b);

    predicate sound_vector(struct virq v, integer w, integer b) =
        outstanding(v, w, b) >= 0 &&
        (is_pending(v, w, b) <==> is_registered(v, w, b) && outstanding(v, w, b) > 0 &&
                                  !is_in_service(v, w, b)) &&
        (is_registered(v, w, b) || outstanding(v, w, b) == 0 && !is_masked(v, w, b) &&
                                   !is_in_service(v, w, b));

    predicate sound(struct virq v) =
        counters_hold(v) && nothing_stranded(v) && pending_follows(v) &&
        unregistered_is_empty(v) && summary_has_all(v) && summary_has_no_other(v);
*/

/* Where the ledger is of this vCPU, the code's counters say the same. */
/*@ predicate ledger_is_of(struct virq v) = is_vector(ledger.word, ledger.bit) ==>
        ledger.raised == v.raised[ledger.word][ledger.bit] &&
        ledger.acknowledged == v.acknowledged[ledger.word][ledger.bit] &&
        ledger.discarded == v.discarded[ledger.word][ledger.bit] &&
        ledger.outstanding == outstanding(v, ledger.word, ledger.bit);

    predicate ledger_agrees(struct virq v) = ledger.vcpu == vcpu_at_hand ==> ledger_is_of(v);
*/

/* One occurrence more of (w, b), and nothing else that does not follow from it. */
/*@ predicate raised_once(struct virq before, struct virq after, integer w, integer b) =
        after.raised[w][b] == before.raised[w][b] + 1 &&
        (\forall integer x, y; is_vector(x, y) ==>
            (x == w && y == b || after.raised[x][y] == before.raised[x][y]) &&
            after.acknowledged[x][y] == before.acknowledged[x][y] &&
            after.discarded[x][y] == before.discarded[x][y] &&
            after.upcalls[x][y] == before.upcalls[x][y]) &&
        (\forall integer x; 0 <= x < BITMAP_WORDS ==>
            after.registered[x] == before.registered[x] &&
            after.masked[x] == before.masked[x] &&
            after.in_service[x] == before.in_service[x]);
*/

/* clang-format off */
/* The place of `vector` in the maps and among the counters, and what is asked of every function. */
#define MAP(map)         virq->map[word_of(vector)]
#define COUNTER(counter) virq->counter[word_of(vector)][bit_of(vector)]
#define BIT              bit_of(vector)
#define VECTOR           word_of(vector), bit_of(vector)
#define GIVEN                                                                                      \
    requires valid: \valid(virq) && vector < VIRQ_NONE;                                            \
    requires sound: sound(*virq);                                                                  \
    requires ledger: ledger_agrees(*virq) && conserved;
#define KEPT                                                                                       \
    ensures counters: counters_hold(*virq);                                                        \
    ensures stranded: nothing_stranded(*virq);                                                     \
    ensures pending: pending_follows(*virq);                                                       \
    ensures unregistered: unregistered_is_empty(*virq);                                            \
    ensures summary: summary_has_all(*virq);                                                       \
    ensures summary: summary_has_no_other(*virq);                                                  \
    ensures ledger: ledger_agrees(*virq);                                                          \
    ensures conserved: conserved;                                                                  \
    ensures others: ledger.vcpu != vcpu_at_hand ==> ledger == \old(ledger);
/* clang-format on */

/*@ requires valid: \valid(virq);
    assigns *virq, ledger.raised, ledger.acknowledged, ledger.discarded, ledger.outstanding;
    ensures empty: \forall integer w, b; is_vector(w, b) ==>
        !is_registered(*virq, w, b) && all_zero(*virq, w, b);
    ensures conserved: \old(conserved) || ledger.vcpu == vcpu_at_hand ==> conserved;
    ensures others: ledger.vcpu != vcpu_at_hand ==> ledger == \old(ledger);
    ensures sound: sound(*virq);
    ensures ledger: ledger_agrees(*virq);
*/
void virq_init(struct virq *virq);

/*@ GIVEN
    requires unregistered: !is_registered(*virq, VECTOR);
    assigns COUNTER(raised), COUNTER(acknowledged), COUNTER(discarded), COUNTER(upcalls),
        ledger.raised, ledger.acknowledged, ledger.discarded, ledger.outstanding;
    ensures zero: all_zero(*virq, VECTOR);
    KEPT
*/
void virq_forget(struct virq *virq, unsigned vector);

/*@ requires valid: \valid_read(virq) && vector < VIRQ_NONE;
    assigns \nothing;
    ensures answer: \result <==> is_registered(*virq, VECTOR);
*/
bool virq_is_registered(const struct virq *virq, unsigned vector);

/*@ requires valid: \valid_read(virq) && vector < VIRQ_NONE;
    requires sound: sound(*virq);
    requires ledger: ledger_agrees(*virq) && conserved;
    assigns \nothing;
    ensures answer: \result == outstanding(*virq, VECTOR);
    ensures ledger: entered(VECTOR) ==> \result == ledger.outstanding;
*/
uint64_t virq_outstanding(const struct virq *virq, unsigned vector);

/*@ GIVEN
    assigns MAP(registered);
    KEPT
    behavior refused:
        assumes is_registered(*virq, VECTOR);
        assigns \nothing;
        ensures status: \result == HV_EBUSY;
    behavior done:
        assumes !is_registered(*virq, VECTOR);
        ensures status: \result == 0;
        ensures registered: only_set(\old(MAP(registered)), MAP(registered), BIT);
    complete behaviors;
    disjoint behaviors;
*/
int64_t virq_register(struct virq *virq, unsigned vector);

/*@ GIVEN
    assigns MAP(registered), MAP(masked), MAP(in_service), MAP(pending), virq->eligible,
        COUNTER(discarded), ledger.discarded, ledger.outstanding;
    KEPT
    behavior refused:
        assumes !is_registered(*virq, VECTOR);
        assigns \nothing;
        ensures status: \result == HV_ENOENT;
    behavior done:
        assumes is_registered(*virq, VECTOR);
        ensures status: \result == (int64_t)\old(outstanding(*virq, VECTOR));
        ensures discarded:
            COUNTER(discarded) == \old(COUNTER(discarded) + outstanding(*virq, VECTOR));
        ensures registered: only_cleared(\old(MAP(registered)), MAP(registered), BIT);
        ensures masked: only_cleared(\old(MAP(masked)), MAP(masked), BIT);
        ensures in_service: only_cleared(\old(MAP(in_service)), MAP(in_service), BIT);
    complete behaviors;
    disjoint behaviors;
*/
int64_t virq_unregister(struct virq *virq, unsigned vector);

/*@ GIVEN
    assigns MAP(masked), virq->eligible;
    KEPT
    behavior refused:
        assumes !is_registered(*virq, VECTOR);
        assigns \nothing;
        ensures status: \result == HV_ENOENT;
    behavior done:
        assumes is_registered(*virq, VECTOR);
        ensures status: \result == 0;
        ensures masked: only_set(\old(MAP(masked)), MAP(masked), BIT);
    complete behaviors;
    disjoint behaviors;
*/
int64_t virq_mask(struct virq *virq, unsigned vector);

/*@ GIVEN
    assigns MAP(masked), virq->eligible;
    KEPT
    behavior refused:
        assumes !is_registered(*virq, VECTOR);
        assigns \nothing;
        ensures status: \result == HV_ENOENT;
    behavior done:
        assumes is_registered(*virq, VECTOR);
        ensures status: \result == 0;
        ensures masked: only_cleared(\old(MAP(masked)), MAP(masked), BIT);
    complete behaviors;
    disjoint behaviors;
*/
int64_t virq_unmask(struct virq *virq, unsigned vector);

/*@ GIVEN
    requires registered: is_registered(*virq, VECTOR);
    requires wrap: COUNTER(raised) < UINT64_MAX;
    assigns COUNTER(raised), MAP(pending), virq->eligible, ledger.raised, ledger.outstanding;
    ensures once: raised_once(\old(*virq), *virq, VECTOR);
    ensures told: \result <==> any_eligible(*virq) && !any_eligible(\old(*virq));
    KEPT
*/
static inline bool virq_raise(struct virq *virq, unsigned vector);

/*@ requires valid: \valid_read(virq);
    requires sound: sound(*virq);
    assigns \nothing;
    ensures domain: \result <= VIRQ_NONE;
    ensures eligible: \result < VIRQ_NONE ==>
        is_eligible(*virq, word_of(\result), bit_of(\result));
    ensures lowest: \forall integer vector; 0 <= vector < \result ==>
        !is_eligible(*virq, VECTOR);
*/
unsigned virq_next(const struct virq *virq);

/*@ GIVEN
    requires pending: is_pending(*virq, VECTOR);
    requires wrap: COUNTER(upcalls) < UINT64_MAX;
    assigns MAP(in_service), MAP(pending), virq->eligible, COUNTER(upcalls);
    ensures upcalls: COUNTER(upcalls) == \old(COUNTER(upcalls)) + 1;
    ensures in_service: only_set(\old(MAP(in_service)), MAP(in_service), BIT);
    KEPT
*/
void virq_begin(struct virq *virq, unsigned vector);

/*@ GIVEN
    assigns MAP(in_service), MAP(pending), virq->eligible, COUNTER(acknowledged),
        ledger.acknowledged, ledger.outstanding;
    KEPT
    behavior refused:
        assumes !is_registered(*virq, VECTOR);
        assigns \nothing;
        ensures status: \result == HV_ENOENT;
    behavior too_many:
        assumes is_registered(*virq, VECTOR) && count > outstanding(*virq, VECTOR);
        assigns \nothing;
        ensures status: \result == HV_ERANGE;
    behavior done:
        assumes is_registered(*virq, VECTOR) && count <= outstanding(*virq, VECTOR);
        ensures status: \result == (int64_t)outstanding(*virq, VECTOR);
        ensures acknowledged: COUNTER(acknowledged) == \old(COUNTER(acknowledged)) + count;
        ensures in_service: only_cleared(\old(MAP(in_service)), MAP(in_service), BIT);
    complete behaviors;
    disjoint behaviors;
*/
int64_t virq_acknowledge(struct virq *virq, unsigned vector, uint64_t count);

/*@ requires valid: \valid_read(virq) && vector < VIRQ_NONE;
    assigns \nothing;
    ensures answer: \result <==> is_in_service(*virq, VECTOR) && COUNTER(upcalls) == upcall;
*/
bool virq_serves(const struct virq *virq, unsigned vector, uint64_t upcall);

/*@ requires valid: \valid_read(virq);
    assigns \nothing;
    ensures answer: \result <==> sound(*virq);
*/
bool virq_invariant(const struct virq *virq);

#endif
#endif
