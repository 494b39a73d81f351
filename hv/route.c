/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/route.h"

void route_init(struct route *route)
{
    /*@ loop invariant vector <= HV_VECTORS;
        loop invariant \forall integer done; 0 <= done < vector ==> route->registered[done] == 0;
        loop assigns vector, route->registered[0 .. HV_VECTORS - 1];
        loop variant HV_VECTORS - vector;
    */
    for (unsigned vector = 0; vector < HV_VECTORS; vector++)
        route->registered[vector] = 0;
}

int64_t route_register(struct route *route, struct virqs *virqs, unsigned id, unsigned vector)
{
    if (virq_is_registered(virqs->of + id, vector))
        return HV_EBUSY;
    route->registered[vector] = bit_set(route->registered[vector], id);
    /*@ ghost vcpu_at_hand = id; */
    return virq_register(virqs->of + id, vector);
}

int64_t route_unregister(struct route *route, struct virqs *virqs, unsigned id, unsigned vector)
{
    if (!virq_is_registered(virqs->of + id, vector))
        return HV_ENOENT;
    route->registered[vector] = bit_clear(route->registered[vector], id);
    /*@ ghost vcpu_at_hand = id; */
    return virq_unregister(virqs->of + id, vector);
}

/* Inlined, so that the timer's vector is a constant: a tick may be 64 vCPUs'. &virqs->of[id] would
 * say the same as the sum, but GCC makes four more instructions of it. */
inline __attribute__((always_inline)) uint64_t route_raise(const struct route *route,
                                                           struct virqs *virqs, unsigned vector)
{
    uint64_t told = route->registered[vector]; /* to be told is the common case */

    /*@ ghost unsigned walked = 0; */
    /*@ loop invariant walked: walked <= VCPUS &&
            \forall integer n; 0 <= n < walked ==> !is_set(rest, n);
        loop invariant rest: \forall integer n; 0 <= n < VCPUS && is_set(rest, n) ==>
            is_routed(*route, vector, n);
        loop invariant once: \forall integer n; 0 <= n < VCPUS &&
            is_routed(*route, vector, n) && !is_set(rest, n) ==>
                raised_once(\at(virqs->of[n], Pre), virqs->of[n], VECTOR);
        loop invariant others: \forall integer n; 0 <= n < VCPUS &&
            (is_set(rest, n) || !is_routed(*route, vector, n)) ==>
                virqs->of[n] == \at(virqs->of[n], Pre);
        loop invariant to_tell: \forall integer n; 0 <= n < VCPUS && is_set(rest, n) ==>
            is_set(told, n);
        loop invariant told: \forall integer n; 0 <= n < VCPUS && !is_set(rest, n) ==>
            (is_set(told, n) <==>
             is_routed(*route, vector, n) && is_eligible(virqs->of[n], VECTOR));
        loop invariant sound: all_sound(*virqs);
        loop invariant routes: routes_agree(*route, *virqs);
        loop invariant ledger: ledger_is_in(*virqs);
        loop invariant conserved: conserved;
        loop assigns rest, told, walked, *virqs, vcpu_at_hand, ledger.raised, ledger.outstanding;
        loop variant VCPUS - walked;
    */
    for (uint64_t rest = route->registered[vector]; bit_any(rest); rest = bit_drop_first(rest)) {
        unsigned id = bit_first(rest);
        /*@ ghost vcpu_at_hand = id; */
        /*@ ghost walked = id + 1; */
        if (!virq_raise(virqs->of + id, vector))
            told = bit_clear(told, id);
        /*@ assert raised_once(\at(virqs->of[\at(id, Here)], Pre), virqs->of[id], VECTOR); */
    }
    return told;
}
