/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/route.h"

void route_init(struct route *route)
{
    for (unsigned vector = 0; vector < HV_VECTORS; vector++)
        route->registered[vector] = 0;
}

int64_t route_register(struct route *route, struct virq virqs[VCPUS], unsigned id, unsigned vector)
{
    int64_t status = virq_register(&virqs[id], vector);

    if (status == 0)
        route->registered[vector] = bit_set(route->registered[vector], id);
    return status;
}

int64_t route_unregister(struct route *route, struct virq virqs[VCPUS], unsigned id,
                         unsigned vector)
{
    int64_t status = virq_unregister(&virqs[id], vector);

    if (status >= 0)
        route->registered[vector] = bit_clear(route->registered[vector], id);
    return status;
}

uint64_t route_raise(const struct route *route, struct virq virqs[VCPUS], unsigned vector)
{
    uint64_t told = 0;

    for (uint64_t rest = route->registered[vector]; rest != 0; rest &= rest - 1) {
        unsigned id = bit_first(rest);
        if (virq_raise(&virqs[id], vector))
            told = bit_set(told, id);
    }
    return told;
}
