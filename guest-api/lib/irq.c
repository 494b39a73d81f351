/* SPDX-License-Identifier: BSD-2-Clause */
#include "belfry/hv.h"
#include "internal.h"

static struct {
    hv_handler *handler; /* NULL: not registered */
    void *context;
} handlers[HV_VECTORS];

void hv_dispatch(const struct hv_upcall *upcall)
{
    handlers[upcall->vector].handler(upcall, handlers[upcall->vector].context);
}

bool hv_irq_has_handler(unsigned vector)
{
    return handlers[vector].handler != NULL;
}

/* The handler is in place before the call, since an upcall may come as soon as it is made. */
int64_t hv_irq_register(unsigned vector, hv_handler *handler, void *context)
{
    if (vector >= HV_VECTORS || !handler)
        return HV_EINVAL;
    if (handlers[vector].handler)
        return HV_EBUSY;

    handlers[vector].handler = handler;
    handlers[vector].context = context;
    int64_t status = hv_call_irq_register(vector, hv_upcall_entry);
    if (status < 0)
        handlers[vector].handler = NULL;
    return status;
}

int64_t hv_irq_unregister(unsigned vector)
{
    int64_t discarded = hv_call_irq_unregister(vector);
    if (discarded >= 0)
        handlers[vector].handler = NULL;
    return discarded;
}
