/* SPDX-License-Identifier: BSD-2-Clause */
/* The core and its routes against the reference model: several vCPUs, any order of operations, all
 * states compared after each. */
#include <string.h>
#include "fuzz.h"
#include "hv/route.h"
#include "model_core.h"
#include "virq_fields.h"

static const unsigned ids[] = {0, 31, 32, 63};
/* Few, at the edges of words, so that much happens to each. */
static const uint8_t vectors[] = {32, 63, 64, 0, 127, 128, 191, 255};

#define ACTIVE (sizeof(ids) / sizeof(ids[0]))

static struct virqs virqs;
static struct route route;
static struct model_core models[ACTIVE];

static struct virq *virq_of(unsigned who)
{
    return &virqs.of[ids[who]];
}

static void do_unregister(unsigned who, unsigned vector)
{
    expect(route_unregister(&route, &virqs, ids[who], vector) ==
           model_unregister(&models[who], vector));
}

static void do_mask(unsigned who, unsigned vector, bool masked)
{
    struct virq *virq = virq_of(who);

    expect((masked ? virq_mask(virq, vector) : virq_unmask(virq, vector)) ==
           model_mask(&models[who], vector, masked));
}

/* Counted once for each vCPU that registered the vector, and for nobody else. */
static void do_raise(unsigned vector)
{
    uint64_t told = route_raise(&route, &virqs, vector);

    for (unsigned who = 0; who < ACTIVE; who++) {
        expect((told >> ids[who] & 1) == model_raise(&models[who], vector));
        told &= ~((uint64_t)1 << ids[who]);
    }
    expect(told == 0);
}

static void do_raise_for_one(unsigned who, unsigned vector)
{
    if (models[who].registered[vector])
        expect(virq_raise(virq_of(who), vector) == model_raise(&models[who], vector));
}

static void do_begin(unsigned who)
{
    unsigned vector = virq_next(virq_of(who));

    if (vector == VIRQ_NONE)
        return;
    struct virq_service service = virq_begin(virq_of(who));
    model_begin(&models[who], vector);
    expect(service.vector == vector && service.upcall == models[who].upcalls[vector]);
    expect(service.count == model_outstanding(&models[who], vector));
}

/* A part, all, or more than there is. */
static uint64_t draw_count(struct input *input, unsigned who, unsigned vector)
{
    uint64_t all = model_outstanding(&models[who], vector);
    const uint64_t counts[] = {all,     0,       1,          all / 2,
                               all - 1, all + 1, UINT64_MAX, all + (1ull << 32)};

    return input_one_of(input, counts);
}

/* By the number of the last upcall, or of those beside it. */
static void do_end(struct input *input, unsigned who, unsigned vector)
{
    struct model_core *model = &models[who];
    struct virq_service service = {.vector = vector,
                                   .upcall = model->upcalls[vector] + input_below(input, 3) - 1,
                                   .count = draw_count(input, who, vector)};

    expect(virq_end(virq_of(who), service) ==
           model_end_service(model, vector, service.count, service.upcall));
}

static void do_acknowledge(struct input *input, unsigned who, unsigned vector)
{
    uint64_t count = draw_count(input, who, vector);

    expect(virq_acknowledge(virq_of(who), vector, count) ==
           model_acknowledge(&models[who], vector, count));
    expect(virq_outstanding(virq_of(who), vector) == model_outstanding(&models[who], vector));
}

/* As between two lives of a partition. */
static void do_restart(unsigned who)
{
    for (unsigned vector = 0; vector < HV_VECTORS; vector++) {
        expect(virq_is_registered(virq_of(who), vector) == models[who].registered[vector]);
        if (models[who].registered[vector])
            do_unregister(who, vector);
        virq_forget(virq_of(who), vector);
        model_forget(&models[who], vector);
    }
}

/* ---- counters near where a narrower one would wrap, which counting that far takes too long for */

/* How much brings `counter` to a few below 2^8, 2^16, 2^32 or 2^63; 0 where it is there or past it.
 */
static uint64_t to_an_edge(struct input *input, uint64_t counter)
{
    static const uint8_t edges[] = {16, 8, 32, 63};
    uint64_t edge = (1ull << input_one_of(input, edges)) - input_byte(input) % 4;

    return edge > counter ? edge - counter : 0;
}

/* Makes the counters what the model has. */
static void preload(unsigned who, unsigned vector)
{
    const struct model_core *model = &models[who];

    virq_set_counts(virq_of(who), vector,
                    (struct virq_counts){.raised = model->raised[vector],
                                         .acknowledged = model->acknowledged[vector],
                                         .discarded = model->discarded[vector],
                                         .upcalls = model->upcalls[vector]});
}

/* Occurrences that came and went: what is outstanding stays. */
static void preload_past(struct input *input, unsigned who, unsigned vector)
{
    struct model_core *model = &models[who];
    uint64_t more = to_an_edge(input, model->raised[vector]);

    model->raised[vector] += more;
    if (input_flag(input))
        model->discarded[vector] += more;
    else
        model->acknowledged[vector] += more;
    preload(who, vector);
}

/* More of what is outstanding already, so that no flag changes. */
static void preload_outstanding(struct input *input, unsigned who, unsigned vector)
{
    struct model_core *model = &models[who];
    uint64_t all = model_outstanding(model, vector);
    uint64_t more = to_an_edge(input, all);

    if (all > 0 && more >> 33 == 0)
        model->raised[vector] += more;
    preload(who, vector);
}

static void preload_upcalls(struct input *input, unsigned who, unsigned vector)
{
    struct model_core *model = &models[who];

    model->upcalls[vector] += to_an_edge(input, model->upcalls[vector]);
    preload(who, vector);
}

/* ---- any order of them ---- */

enum {
    REGISTER,
    UNREGISTER,
    MASK,
    UNMASK,
    RAISE,
    RAISE_FOR_ONE,
    RAISE_OFTEN,
    BEGIN,
    END,
    ACKNOWLEDGE,
    PRELOAD_PAST,
    PRELOAD_OUTSTANDING,
    PRELOAD_UPCALLS,
    RESTART,
    OPERATIONS
};

static void step(struct input *input)
{
    unsigned operation = input_below(input, OPERATIONS);
    unsigned chosen = input_byte(input), who = chosen % ACTIVE;
    unsigned vector = vectors[chosen / ACTIVE % sizeof(vectors)];

    switch (operation) {
    case REGISTER:
        expect(route_register(&route, &virqs, ids[who], vector) ==
               model_register(&models[who], vector));
        return;
    case UNREGISTER:
        do_unregister(who, vector);
        return;
    case MASK:
    case UNMASK:
        do_mask(who, vector, operation == MASK);
        return;
    case RAISE:
        do_raise(vector);
        return;
    case RAISE_FOR_ONE:
        do_raise_for_one(who, vector);
        return;
    case RAISE_OFTEN:
        for (unsigned times = input_byte(input); times > 0; times--)
            do_raise(vector);
        return;
    case BEGIN:
        do_begin(who);
        return;
    case END:
        do_end(input, who, vector);
        return;
    case ACKNOWLEDGE:
        do_acknowledge(input, who, vector);
        return;
    case PRELOAD_PAST:
        preload_past(input, who, vector);
        return;
    case PRELOAD_OUTSTANDING:
        preload_outstanding(input, who, vector);
        return;
    case PRELOAD_UPCALLS:
        preload_upcalls(input, who, vector);
        return;
    default:
        do_restart(who);
        return;
    }
}

/* The routes lead to whoever has the vector registered. */
static void expect_routes(void)
{
    for (unsigned i = 0; i < sizeof(vectors); i++) {
        uint64_t set = 0;
        for (unsigned who = 0; who < ACTIVE; who++)
            set |= (uint64_t)models[who].registered[vectors[i]] << ids[who];
        expect(route.registered[vectors[i]] == set);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = input_expanded(data, size);

    route_init(&route);
    memset(models, 0, sizeof(models));
    for (unsigned who = 0; who < ACTIVE; who++) {
        memset(virq_of(who), 0xA5, sizeof(virqs.of[0]));
        virq_init(virq_of(who));
    }
    while (input_left(&input)) {
        step(&input);
        for (unsigned who = 0; who < ACTIVE; who++)
            model_core_expect(&models[who], virq_of(who));
        expect_routes();
    }
    return 0;
}
