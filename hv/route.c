/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/route.h"

void route_init(struct route *route)
{
    for (unsigned vector = 0; vector < HV_VECTORS; vector++)
        route->registered[vector] = 0;
}

int64_t route_register(struct route *route, struct virqs *virqs, unsigned id, unsigned vector)
{
    if (virq_is_registered(virqs->of + id, vector))
        return HV_EBUSY;
    route->registered[vector] = bit_set(route->registered[vector], id);
    return virq_register(virqs->of + id, vector);
}

int64_t route_unregister(struct route *route, struct virqs *virqs, unsigned id, unsigned vector)
{
    if (!virq_is_registered(virqs->of + id, vector))
        return HV_ENOENT;
    route->registered[vector] = bit_clear(route->registered[vector], id);
    return virq_unregister(virqs->of + id, vector);
}

uint64_t route_raise(const struct route *route, struct virqs *virqs, unsigned vector)
{
    uint64_t told = 0;

    for (uint64_t rest = route->registered[vector]; bit_any(rest); rest = bit_drop_first(rest)) {
        unsigned id = bit_first(rest);
        if (virq_raise(virqs->of + id, vector))
            told = bit_set(told, id);
    }
    return told;
}
