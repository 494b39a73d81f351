/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is proved of the routes (`make prove`), for Frama-C alone: see hv/virq_spec.h. Included by
 * hv/route.h.
 */
#ifndef HV_ROUTE_SPEC_H
#define HV_ROUTE_SPEC_H
#ifdef __FRAMAC__

/*@ predicate is_routed(struct route r, integer vector, integer n) =
        is_set(r.registered[vector], n);

    predicate routes_agree(struct route r, struct virqs all) =
        \forall integer n, vector; 0 <= n < VCPUS && 0 <= vector < HV_VECTORS ==>
            (is_routed(r, vector, n) <==>
             is_registered(all.of[n], word_of(vector), bit_of(vector)));

    predicate all_sound(struct virqs all) =
        \forall integer n; 0 <= n < VCPUS ==> sound(all.of[n]);

    predicate ledger_is_in(struct virqs all) =
        ledger.vcpu < VCPUS ==> ledger_is_of(all.of[ledger.vcpu]);
*/

/* clang-format off */
/* What is asked of every function. VECTOR and BIT are hv/virq_spec.h's. */
#define GIVEN_ALL                                                                                  \
    requires valid: \valid(route) && \valid(virqs) && \separated(route, virqs);                    \
    requires domain: vector < HV_VECTORS;                                                          \
    requires sound: all_sound(*virqs) && routes_agree(*route, *virqs);                             \
    requires ledger: ledger_is_in(*virqs) && conserved;
#define KEPT_ALL                                                                                   \
    ensures sound: all_sound(*virqs);                                                              \
    ensures routes: routes_agree(*route, *virqs);                                                  \
    ensures ledger: ledger_is_in(*virqs);                                                          \
    ensures conserved: conserved;
/* clang-format on */

/*@ requires valid: \valid(route);
    assigns *route;
    ensures empty: \forall integer vector; 0 <= vector < HV_VECTORS ==>
        route->registered[vector] == 0;
*/
void route_init(struct route *route);

/*@ GIVEN_ALL
    requires vcpu: id < VCPUS;
    assigns route->registered[vector], virqs->of[id].registered[word_of(vector)], vcpu_at_hand;
    KEPT_ALL
    behavior refused:
        assumes is_registered(virqs->of[id], VECTOR);
        assigns \nothing;
        ensures status: \result == HV_EBUSY;
    behavior done:
        assumes !is_registered(virqs->of[id], VECTOR);
        ensures status: \result == 0;
        ensures registered: is_registered(virqs->of[id], VECTOR);
        ensures routed:
            only_set(\old(route->registered[vector]), route->registered[vector], id);
    complete behaviors;
    disjoint behaviors;
*/
int64_t route_register(struct route *route, struct virqs *virqs, unsigned id, unsigned vector);

/*@ GIVEN_ALL
    requires vcpu: id < VCPUS;
    assigns route->registered[vector], virqs->of[id], vcpu_at_hand, ledger.discarded,
        ledger.outstanding;
    KEPT_ALL
    behavior refused:
        assumes !is_registered(virqs->of[id], VECTOR);
        assigns \nothing;
        ensures status: \result == HV_ENOENT;
    behavior done:
        assumes is_registered(virqs->of[id], VECTOR);
        ensures status: \result == (int64_t)\old(outstanding(virqs->of[id], VECTOR));
        ensures unregistered: !is_registered(virqs->of[id], VECTOR);
        ensures unrouted:
            only_cleared(\old(route->registered[vector]), route->registered[vector], id);
    complete behaviors;
    disjoint behaviors;
*/
int64_t route_unregister(struct route *route, struct virqs *virqs, unsigned id, unsigned vector);

/*@ GIVEN_ALL
    requires wrap: \forall integer n; 0 <= n < VCPUS && is_routed(*route, vector, n) ==>
        virqs->of[n].of[word_of(vector)][bit_of(vector)].raised < UINT64_MAX;
    assigns *virqs, vcpu_at_hand, ledger.raised, ledger.outstanding;
    ensures once: \forall integer n; 0 <= n < VCPUS && is_routed(*route, vector, n) ==>
        raised_once(\old(virqs->of[n]), virqs->of[n], VECTOR);
    ensures others: \forall integer n; 0 <= n < VCPUS && !is_routed(*route, vector, n) ==>
        virqs->of[n] == \old(virqs->of[n]);
    ensures told: \forall integer n; 0 <= n < VCPUS ==>
        (is_set(\result, n) <==>
         is_routed(*route, vector, n) && is_eligible(virqs->of[n], VECTOR));
    KEPT_ALL
*/
uint64_t route_raise(const struct route *route, struct virqs *virqs, unsigned vector);

#endif
#endif
