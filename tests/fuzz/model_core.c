/* SPDX-License-Identifier: BSD-2-Clause */
#include "model_core.h"
#include "fuzz.h"
#include "virq_fields.h"

uint64_t model_outstanding(const struct model_core *core, unsigned vector)
{
    return core->raised[vector] - core->acknowledged[vector] - core->discarded[vector];
}

static bool is_pending(const struct model_core *core, unsigned vector)
{
    return core->registered[vector] && !core->in_service[vector] &&
           model_outstanding(core, vector) > 0;
}

bool model_eligible(const struct model_core *core, unsigned vector)
{
    return is_pending(core, vector) && !core->masked[vector];
}

unsigned model_next(const struct model_core *core)
{
    unsigned vector = 0;

    while (vector < HV_VECTORS && !model_eligible(core, vector))
        vector++;
    return vector;
}

int64_t model_register(struct model_core *core, unsigned vector)
{
    if (core->registered[vector])
        return HV_EBUSY;
    core->registered[vector] = true;
    return 0;
}

int64_t model_unregister(struct model_core *core, unsigned vector)
{
    uint64_t lost = model_outstanding(core, vector);

    if (!core->registered[vector])
        return HV_ENOENT;
    core->discarded[vector] += lost;
    core->registered[vector] = core->masked[vector] = core->in_service[vector] = false;
    return (int64_t)lost;
}

int64_t model_mask(struct model_core *core, unsigned vector, bool masked)
{
    if (!core->registered[vector])
        return HV_ENOENT;
    core->masked[vector] = masked;
    return 0;
}

int64_t model_acknowledge(struct model_core *core, unsigned vector, uint64_t count)
{
    if (!core->registered[vector])
        return HV_ENOENT;
    if (count > model_outstanding(core, vector))
        return HV_ERANGE;
    core->acknowledged[vector] += count;
    core->in_service[vector] = false;
    return (int64_t)model_outstanding(core, vector);
}

/* VIRQ_ENDED, 0 where there is no such service, or HV_ERANGE. */
int64_t model_end_service(struct model_core *core, unsigned vector, uint64_t count, uint64_t upcall)
{
    if (!core->in_service[vector] || core->upcalls[vector] != upcall)
        return 0;
    return model_acknowledge(core, vector, count) < 0 ? HV_ERANGE : VIRQ_ENDED;
}

void model_begin(struct model_core *core, unsigned vector)
{
    core->in_service[vector] = true;
    core->upcalls[vector]++;
}

void model_forget(struct model_core *core, unsigned vector)
{
    core->raised[vector] = core->acknowledged[vector] = 0;
    core->discarded[vector] = core->upcalls[vector] = 0;
}

bool model_raise(struct model_core *core, unsigned vector)
{
    if (!core->registered[vector])
        return false;
    core->raised[vector]++;
    return model_eligible(core, vector);
}

static void expect_flags(const struct model_core *core, const struct virq *virq, unsigned vector)
{
    struct virq_flags flags = virq_flags(virq, vector);

    expect(flags.registered == core->registered[vector]);
    expect(flags.masked == core->masked[vector]);
    expect(flags.in_service == core->in_service[vector]);
    expect(flags.eligible == model_eligible(core, vector));
}

static void expect_counts(const struct model_core *core, const struct virq *virq, unsigned vector)
{
    struct virq_counts counts = virq_counts(virq, vector);

    expect(counts.raised == core->raised[vector]);
    expect(counts.acknowledged == core->acknowledged[vector]);
    expect(counts.discarded == core->discarded[vector]);
    expect(counts.upcalls == core->upcalls[vector]);
}

void model_core_expect(const struct model_core *core, const struct virq *virq)
{
    for (unsigned vector = 0; vector < HV_VECTORS; vector++) {
        expect_flags(core, virq, vector);
        expect_counts(core, virq, vector);
    }
    expect(virq_next(virq) == model_next(core));
    expect(virq_invariant(virq));
}
