/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virq and route: any operations in any order of two vCPUs, the first and the last, as far as their
 * contracts let them be called. What Eva cannot know, since it does not remember how one value
 * limits another, is said in turn.
 */
#include "any.h"
#include "hv/route.h"

static struct route route;
static struct virqs virqs;

/* With a word of the map as the first that has a vector that is eligible: the index says so. */
static void begin_in(struct virq *virq, unsigned word)
{
    for (unsigned lower = 0; lower < word; lower++)
        virq->eligible[lower] = 0;
    virq->summary = UINT64_C(1) << word;
    if (virq->eligible[word] == 0)
        return;
    virq_next(virq);
    virq_begin(virq);
}

static void begin(struct virq *virq)
{
    switch (any_of(0, BITMAP_WORDS - 1)) {
    case 0:
        begin_in(virq, 0);
        break;
    case 1:
        begin_in(virq, 1);
        break;
    case 2:
        begin_in(virq, 2);
        break;
    default:
        begin_in(virq, 3);
        break;
    }
}

static void end(struct virq *virq, unsigned vector)
{
    virq_end(virq, (struct virq_service){.vector = vector, .count = any, .upcall = any});
}

static void operate(struct virq *virq, unsigned id, unsigned vector)
{
    switch (any_of(0, 10)) {
    case 0:
        route_register(&route, &virqs, id, vector);
        break;
    case 1:
        route_unregister(&route, &virqs, id, vector);
        break;
    case 2:
        route_raise(&route, &virqs, vector);
        break;
    case 3:
        virq_mask(virq, vector);
        break;
    case 4:
        virq_unmask(virq, vector);
        break;
    case 5:
        virq_acknowledge(virq, vector, any);
        break;
    case 6:
        begin(virq);
        break;
    case 7:
        end(virq, vector);
        break;
    case 8:
        virq_forget(virq, vector);
        break;
    case 9:
        if (virq->summary == 0)
            virq_next(virq);
        virq_outstanding(virq, vector);
        break;
    default:
        virq_invariant(virq);
        break;
    }
}

void eva_core(void)
{
    route_init(&route);
    for (unsigned id = 0; id < VCPUS; id++)
        virq_init(&virqs.of[id]);
    while (any_bool()) {
        if (any_bool())
            operate(&virqs.of[0], 0, (unsigned)any_of(0, HV_VECTORS - 1));
        else
            operate(&virqs.of[VCPUS - 1], VCPUS - 1, (unsigned)any_of(0, HV_VECTORS - 1));
    }
}
