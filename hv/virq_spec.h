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
    predicate is_masked(struct virq v, integer w, integer b) = v.of[w][b].masked != 0;
    predicate is_in_service(struct virq v, integer w, integer b) = v.of[w][b].in_service != 0;

    logic integer outstanding(struct virq v, integer w, integer b) =
        v.of[w][b].raised - v.of[w][b].acknowledged - v.of[w][b].discarded;

    predicate is_pending(struct virq v, integer w, integer b) =
        is_registered(v, w, b) && outstanding(v, w, b) > 0 && !is_in_service(v, w, b);
    predicate is_eligible(struct virq v, integer w, integer b) = is_set(v.eligible[w], b);
    predicate any_eligible(struct virq v) =
        \exists integer w, b; is_vector(w, b) && is_eligible(v, w, b);

    predicate is_blank(struct virq_vector of) =
        of.raised == 0 && of.acknowledged == 0 && of.discarded == 0 && of.upcalls == 0 &&
        of.masked == 0 && of.in_service == 0;
*/

/* What always holds. */
/*@ predicate counters_hold(struct virq v) =
        \forall integer w, b; is_vector(w, b) ==> outstanding(v, w, b) >= 0;

    predicate nothing_stranded(struct virq v) =
        \forall integer w, b; is_vector(w, b) && outstanding(v, w, b) > 0 ==>
            is_pending(v, w, b) || is_in_service(v, w, b);

    predicate eligible_follows(struct virq v) =
        \forall integer w, b; is_vector(w, b) ==>
            (is_eligible(v, w, b) <==> is_pending(v, w, b) && !is_masked(v, w, b));

    predicate unregistered_is_empty(struct virq v) =
        \forall integer w, b; is_vector(w, b) && !is_registered(v, w, b) ==>
            outstanding(v, w, b) == 0 && !is_masked(v, w, b) && !is_in_service(v, w, b);

    predicate summary_has_all(struct virq v) =
        \forall integer w, b; is_vector(w, b) && is_eligible(v, w, b) ==> is_set(v.summary, w);

    predicate summary_has_no_other(struct virq v) =
        \forall integer w; 0 <= w < 64 && is_set(v.summary, w) ==>
            \exists integer b; is_vector(w, b) && is_eligible(v, w, b);

    predicate sound_vector(struct virq v, integer w, integer b) =
        outstanding(v, w, b) >= 0 &&
        (is_eligible(v, w, b) <==> is_pending(v, w, b) && !is_masked(v, w, b)) &&
        (is_registered(v, w, b) || outstanding(v, w, b) == 0 && !is_masked(v, w, b) &&
                                   !is_in_service(v, w, b));

    predicate sound(struct virq v) =
        counters_hold(v) && nothing_stranded(v) && eligible_follows(v) &&
        unregistered_is_empty(v) && summary_has_all(v) && summary_has_no_other(v);
*/

/* Where the ledger is of this vCPU, the code's counters say the same. */
/*@ predicate ledger_is_of(struct virq v) = is_vector(ledger.word, ledger.bit) ==>
        ledger.raised == v.of[ledger.word][ledger.bit].raised &&
        ledger.acknowledged == v.of[ledger.word][ledger.bit].acknowledged &&
        ledger.discarded == v.of[ledger.word][ledger.bit].discarded &&
        ledger.outstanding == outstanding(v, ledger.word, ledger.bit);

    predicate ledger_agrees(struct virq v) = ledger.vcpu == vcpu_at_hand ==> ledger_is_of(v);
*/

/* One occurrence more of (w, b), and nothing else that does not follow from it. */
/*@ predicate raised_once(struct virq before, struct virq after, integer w, integer b) =
        after.of[w][b].raised == before.of[w][b].raised + 1 &&
        (\forall integer x, y; is_vector(x, y) ==>
            (x == w && y == b || after.of[x][y].raised == before.of[x][y].raised) &&
            after.of[x][y].acknowledged == before.of[x][y].acknowledged &&
            after.of[x][y].discarded == before.of[x][y].discarded &&
            after.of[x][y].upcalls == before.of[x][y].upcalls &&
            after.of[x][y].masked == before.of[x][y].masked &&
            after.of[x][y].in_service == before.of[x][y].in_service) &&
        (\forall integer x; 0 <= x < BITMAP_WORDS ==>
            after.registered[x] == before.registered[x]);
*/

/* clang-format off */
/* The place of `vector` in the maps and among the counters, and what is asked of every function. */
#define MAP(map) virq->map[word_of(vector)]
#define OF       virq->of[word_of(vector)][bit_of(vector)]
#define BIT      bit_of(vector)
#define VECTOR   word_of(vector), bit_of(vector)
#define GIVEN                                                                                      \
    requires valid: \valid(virq) && vector < VIRQ_NONE;                                            \
    requires sound: sound(*virq);                                                                  \
    requires ledger: ledger_agrees(*virq) && conserved;
#define KEPT                                                                                       \
    ensures counters: counters_hold(*virq);                                                        \
    ensures stranded: nothing_stranded(*virq);                                                     \
    ensures eligible: eligible_follows(*virq);                                                     \
    ensures unregistered: unregistered_is_empty(*virq);                                            \
    ensures summary: summary_has_all(*virq);                                                       \
    ensures summary: summary_has_no_other(*virq);                                                  \
    ensures ledger: ledger_agrees(*virq);                                                          \
    ensures conserved: conserved;                                                                  \
    ensures others: ledger.vcpu != vcpu_at_hand ==> ledger == \old(ledger);
/* clang-format on */

/* The index of what is eligible, brought in line for one vector. */
/*@ requires \valid(virq) && vector < VIRQ_NONE;
    assigns MAP(eligible), virq->summary;
    ensures eligible: only_set(\old(MAP(eligible)), MAP(eligible), BIT);
    ensures summary: only_set(\old(virq->summary), virq->summary, word_of(vector));
*/
static inline void virq_make_eligible(struct virq *virq, unsigned vector);

/*@ requires valid: \valid(virq);
    assigns *virq, ledger.raised, ledger.acknowledged, ledger.discarded, ledger.outstanding;
    ensures empty: \forall integer w, b; is_vector(w, b) ==>
        !is_registered(*virq, w, b) && is_blank(virq->of[w][b]);
    ensures conserved: \old(conserved) || ledger.vcpu == vcpu_at_hand ==> conserved;
    ensures others: ledger.vcpu != vcpu_at_hand ==> ledger == \old(ledger);
    ensures sound: sound(*virq);
    ensures ledger: ledger_agrees(*virq);
*/
void virq_init(struct virq *virq);

/*@ GIVEN
    requires unregistered: !is_registered(*virq, VECTOR);
    assigns OF, ledger.raised, ledger.acknowledged, ledger.discarded, ledger.outstanding;
    ensures zero: is_blank(OF);
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
    assigns MAP(registered), MAP(eligible), virq->summary, OF.masked, OF.in_service, OF.discarded,
        ledger.discarded, ledger.outstanding;
    KEPT
    behavior refused:
        assumes !is_registered(*virq, VECTOR);
        assigns \nothing;
        ensures status: \result == HV_ENOENT;
    behavior done:
        assumes is_registered(*virq, VECTOR);
        ensures status: \result == (int64_t)\old(outstanding(*virq, VECTOR));
        ensures discarded: OF.discarded == \old(OF.discarded + outstanding(*virq, VECTOR));
        ensures registered: only_cleared(\old(MAP(registered)), MAP(registered), BIT);
        ensures masked: !is_masked(*virq, VECTOR);
        ensures in_service: !is_in_service(*virq, VECTOR);
    complete behaviors;
    disjoint behaviors;
*/
int64_t virq_unregister(struct virq *virq, unsigned vector);

/*@ GIVEN
    assigns OF.masked, MAP(eligible), virq->summary;
    KEPT
    behavior refused:
        assumes !is_registered(*virq, VECTOR);
        assigns \nothing;
        ensures status: \result == HV_ENOENT;
    behavior done:
        assumes is_registered(*virq, VECTOR);
        ensures status: \result == 0;
        ensures masked: is_masked(*virq, VECTOR);
    complete behaviors;
    disjoint behaviors;
*/
int64_t virq_mask(struct virq *virq, unsigned vector);

/*@ GIVEN
    assigns OF.masked, MAP(eligible), virq->summary;
    KEPT
    behavior refused:
        assumes !is_registered(*virq, VECTOR);
        assigns \nothing;
        ensures status: \result == HV_ENOENT;
    behavior done:
        assumes is_registered(*virq, VECTOR);
        ensures status: \result == 0;
        ensures masked: !is_masked(*virq, VECTOR);
    complete behaviors;
    disjoint behaviors;
*/
int64_t virq_unmask(struct virq *virq, unsigned vector);

/*@ GIVEN
    requires registered: is_registered(*virq, VECTOR);
    requires wrap: OF.raised < UINT64_MAX;
    assigns OF.raised, MAP(eligible), virq->summary, ledger.raised, ledger.outstanding;
    ensures once: raised_once(\old(*virq), *virq, VECTOR);
    ensures told: \result <==> is_eligible(*virq, VECTOR);
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

/* Nothing has changed but (w, b), which is in service by one upcall more. */
/*@ predicate begun(struct virq before, struct virq after, integer w, integer b) =
        after.of[w][b].upcalls == before.of[w][b].upcalls + 1 && is_in_service(after, w, b) &&
        after.of[w][b].raised == before.of[w][b].raised &&
        after.of[w][b].acknowledged == before.of[w][b].acknowledged &&
        after.of[w][b].discarded == before.of[w][b].discarded &&
        after.of[w][b].masked == before.of[w][b].masked &&
        (\forall integer x, y; is_vector(x, y) && !(x == w && y == b) ==>
            after.of[x][y] == before.of[x][y]) &&
        (\forall integer x; 0 <= x < BITMAP_WORDS ==>
            after.registered[x] == before.registered[x]);
*/

/*@ requires valid: \valid(virq);
    requires sound: sound(*virq);
    requires ledger: ledger_agrees(*virq) && conserved;
    requires some: any_eligible(*virq);
    requires wrap: \forall integer w, b; is_vector(w, b) ==> virq->of[w][b].upcalls < UINT64_MAX;
    assigns *virq;
    ensures domain: \result.vector < VIRQ_NONE;
    ensures eligible: is_eligible(\old(*virq), word_of(\result.vector), bit_of(\result.vector));
    ensures lowest: \forall integer vector; 0 <= vector < \result.vector ==>
        !is_eligible(\old(*virq), VECTOR);
    ensures begun: begun(\old(*virq), *virq, word_of(\result.vector), bit_of(\result.vector));
    ensures count:
        \result.count == outstanding(*virq, word_of(\result.vector), bit_of(\result.vector));
    ensures upcall: \result.upcall ==
        virq->of[word_of(\result.vector)][bit_of(\result.vector)].upcalls;
    KEPT
*/
struct virq_service virq_begin(struct virq *virq);

#define SERVED  word_of(service.vector), bit_of(service.vector)
#define SERVICE virq->of[word_of(service.vector)][bit_of(service.vector)]

/*@ requires valid: \valid(virq) && service.vector < VIRQ_NONE;
    requires sound: sound(*virq);
    requires ledger: ledger_agrees(*virq) && conserved;
    assigns SERVICE.acknowledged, SERVICE.in_service, virq->eligible[word_of(service.vector)],
        virq->summary, ledger.acknowledged, ledger.outstanding;
    KEPT
    behavior ended_otherwise:
        assumes !is_in_service(*virq, SERVED) || SERVICE.upcalls != service.upcall;
        assigns \nothing;
        ensures status: \result == 0;
    behavior too_many:
        assumes is_in_service(*virq, SERVED) && SERVICE.upcalls == service.upcall;
        assumes service.count > outstanding(*virq, SERVED);
        assigns \nothing;
        ensures status: \result == HV_ERANGE;
    behavior done:
        assumes is_in_service(*virq, SERVED) && SERVICE.upcalls == service.upcall;
        assumes service.count <= outstanding(*virq, SERVED);
        ensures status: \result == VIRQ_ENDED;
        ensures acknowledged: SERVICE.acknowledged == \old(SERVICE.acknowledged) + service.count;
        ensures in_service: !is_in_service(*virq, SERVED);
    complete behaviors;
    disjoint behaviors;
*/
int64_t virq_end(struct virq *virq, struct virq_service service);

/*@ GIVEN
    assigns OF.acknowledged, OF.in_service, MAP(eligible), virq->summary, ledger.acknowledged,
        ledger.outstanding;
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
        ensures acknowledged: OF.acknowledged == \old(OF.acknowledged) + count;
        ensures in_service: !is_in_service(*virq, VECTOR);
    complete behaviors;
    disjoint behaviors;
*/
int64_t virq_acknowledge(struct virq *virq, unsigned vector, uint64_t count);

/*@ requires valid: \valid_read(virq);
    assigns \nothing;
    ensures answer: \result <==> sound(*virq);
*/
bool virq_invariant(const struct virq *virq);

#endif
#endif
