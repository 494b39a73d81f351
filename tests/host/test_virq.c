/* SPDX-License-Identifier: BSD-2-Clause */
/* The core against a naive model, written from docs/ABI.md: per vector four numbers and three
 * flags, no bitmaps, no index. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "belfry/hv_abi.h"
#include "hv/virq.h"

struct model_vector {
    bool registered, masked, in_service;
    uint64_t raised, acknowledged, discarded, upcalls;
};

static struct virq virq, before;
static struct model_vector model[HV_VECTORS];

static int set_up(void **state)
{
    (void)state;
    memset(&virq, 0xA5, sizeof(virq));
    virq_init(&virq);
    memset(model, 0, sizeof(model));
    return 0;
}

/* ---- the model ---- */

static uint64_t model_outstanding(unsigned vector)
{
    const struct model_vector *of = &model[vector];

    return of->raised - of->acknowledged - of->discarded;
}

static bool model_pending(unsigned vector)
{
    const struct model_vector *of = &model[vector];

    return of->registered && model_outstanding(vector) > 0 && !of->in_service;
}

static bool model_eligible(unsigned vector)
{
    return model_pending(vector) && !model[vector].masked;
}

static unsigned model_next(void)
{
    for (unsigned vector = 0; vector < HV_VECTORS; vector++)
        if (model_eligible(vector))
            return vector;
    return VIRQ_NONE;
}

static void assert_same(unsigned vector)
{
    const struct model_vector *of = &model[vector];
    const struct virq_vector *real = &VIRQ_OF(&virq, vector);

    assert_int_equal(virq_is_registered(&virq, vector), of->registered);
    assert_int_equal(real->masked, of->masked);
    assert_int_equal(real->in_service, of->in_service);
    assert_int_equal(virq.eligible[vector / 64] >> vector % 64 & 1, model_eligible(vector));
    assert_int_equal(real->raised, of->raised);
    assert_int_equal(real->acknowledged, of->acknowledged);
    assert_int_equal(real->discarded, of->discarded);
    assert_int_equal(real->upcalls, of->upcalls);
    assert_int_equal(virq_outstanding(&virq, vector), model_outstanding(vector));
}

static void assert_all_same(void)
{
    for (unsigned vector = 0; vector < HV_VECTORS; vector++)
        assert_same(vector);
    assert_int_equal(virq_next(&virq), model_next());
    assert_true(virq_invariant(&virq));
}

/* ---- each operation, on both ---- */

#define assert_refused(call, status)                                                               \
    do {                                                                                           \
        before = virq;                                                                             \
        assert_int_equal(call, status);                                                            \
        assert_memory_equal(&before, &virq, sizeof(virq));                                         \
    } while (0)

static void do_register(unsigned vector)
{
    struct model_vector *of = &model[vector];

    if (of->registered) {
        assert_refused(virq_register(&virq, vector), HV_EBUSY);
        return;
    }
    assert_int_equal(virq_register(&virq, vector), 0);
    of->registered = true;
}

static void do_unregister(unsigned vector)
{
    struct model_vector *of = &model[vector];
    uint64_t lost = model_outstanding(vector);

    if (!of->registered) {
        assert_refused(virq_unregister(&virq, vector), HV_ENOENT);
        return;
    }
    assert_int_equal(virq_unregister(&virq, vector), lost);
    of->discarded += lost;
    of->registered = of->masked = of->in_service = false;
}

static void do_mask(unsigned vector, bool mask)
{
    int64_t (*call)(struct virq *, unsigned) = mask ? virq_mask : virq_unmask;

    if (!model[vector].registered) {
        assert_refused(call(&virq, vector), HV_ENOENT);
        return;
    }
    assert_int_equal(call(&virq, vector), 0);
    model[vector].masked = mask;
}

static void do_raise(unsigned vector)
{
    if (!model[vector].registered)
        return;
    model[vector].raised++;
    assert_int_equal(virq_raise(&virq, vector), model_eligible(vector));
}

static void do_begin(void)
{
    unsigned vector = virq_next(&virq);

    if (vector == VIRQ_NONE)
        return;
    struct virq_service service = virq_begin(&virq);
    model[vector].in_service = true;
    model[vector].upcalls++;
    assert_int_equal(service.vector, vector);
    assert_int_equal(service.count, model_outstanding(vector));
    assert_int_equal(service.upcall, model[vector].upcalls);
}

/* Ends a service as an upcall's return does, or tries to. */
static void do_end(unsigned vector, uint64_t count, uint64_t upcall)
{
    struct model_vector *of = &model[vector];
    struct virq_service service = {.vector = vector, .count = count, .upcall = upcall};

    if (!of->in_service || upcall != of->upcalls) {
        assert_refused(virq_end(&virq, service), 0);
        return;
    }
    if (count > model_outstanding(vector)) {
        assert_refused(virq_end(&virq, service), HV_ERANGE);
        return;
    }
    of->acknowledged += count;
    of->in_service = false;
    assert_int_equal(virq_end(&virq, service), VIRQ_ENDED);
}

static void do_acknowledge(unsigned vector, uint64_t count)
{
    struct model_vector *of = &model[vector];

    if (!of->registered) {
        assert_refused(virq_acknowledge(&virq, vector, count), HV_ENOENT);
        return;
    }
    if (count > model_outstanding(vector)) {
        assert_refused(virq_acknowledge(&virq, vector, count), HV_ERANGE);
        return;
    }
    of->acknowledged += count;
    of->in_service = false;
    assert_int_equal(virq_acknowledge(&virq, vector, count), model_outstanding(vector));
}

static void do_forget(unsigned vector)
{
    struct model_vector *of = &model[vector];

    if (of->registered)
        return;
    virq_forget(&virq, vector);
    of->raised = of->acknowledged = of->discarded = of->upcalls = 0;
}

static void preload(unsigned vector, uint64_t count)
{
    model[vector].raised += count;
    model[vector].acknowledged += count;
    VIRQ_OF(&virq, vector).raised += count;
    VIRQ_OF(&virq, vector).acknowledged += count;
}

/* ---- tests ---- */

static void init_is_empty(void **state)
{
    (void)state;
    assert_all_same();
    assert_int_equal(virq_next(&virq), VIRQ_NONE);
}

/* As the compiler finds a vector, and as the prover does. */
static void every_vector_is_found_by_its_number(void **state)
{
    (void)state;
    for (unsigned vector = 0; vector < HV_VECTORS; vector++)
        assert_ptr_equal(&VIRQ_OF(&virq, vector), &virq.of[vector / 64][vector % 64]);
}

static void every_vector_goes_its_way(void **state)
{
    (void)state;
    for (unsigned vector = 0; vector < HV_VECTORS; vector++) {
        do_raise(vector);
        do_register(vector);
        do_register(vector);
        do_raise(vector);
        do_raise(vector);
        do_begin();
        do_acknowledge(vector, 3);
        do_acknowledge(vector, 1);
        assert_all_same();
        do_unregister(vector);
        do_unregister(vector);
        assert_all_same();
    }
}

static void the_lowest_is_next(void **state)
{
    (void)state;
    for (unsigned vector = HV_VECTORS; vector-- > 0;) {
        do_register(vector);
        do_raise(vector);
        assert_int_equal(virq_next(&virq), vector);
    }
    for (unsigned vector = 0; vector < HV_VECTORS; vector++) {
        assert_int_equal(virq_next(&virq), vector);
        do_begin();
    }
    assert_int_equal(virq_next(&virq), VIRQ_NONE);
    assert_all_same();
}

static void raise_in_service_is_told_later(void **state)
{
    (void)state;
    do_register(40);
    do_raise(40);
    do_begin();
    do_raise(40);
    assert_int_equal(virq_next(&virq), VIRQ_NONE);
    do_acknowledge(40, 1);
    assert_int_equal(virq_next(&virq), 40);
    assert_all_same();
}

static void a_service_ends_once(void **state)
{
    (void)state;
    do_register(40);
    do_raise(40);
    do_raise(40);
    do_begin();
    do_end(40, 1, 0);
    do_end(40, 1, 2);
    do_end(40, 3, 1);
    do_end(40, UINT64_MAX, 1);
    assert_all_same();
    do_end(40, 1, 1);
    assert_int_equal(virq_next(&virq), 40);
    do_end(40, 1, 1);
    assert_all_same();
    do_begin();
    do_acknowledge(40, 1);
    do_end(40, 0, 2);
    assert_all_same();
}

static void masked_in_service_is_told_when_unmasked(void **state)
{
    (void)state;
    do_register(40);
    do_raise(40);
    do_raise(40);
    do_begin();
    do_mask(40, true);
    do_end(40, 1, 1);
    assert_int_equal(virq_next(&virq), VIRQ_NONE);
    do_mask(40, false);
    assert_int_equal(virq_next(&virq), 40);
    do_begin();
    do_mask(40, true);
    do_mask(40, false);
    assert_int_equal(virq_next(&virq), VIRQ_NONE);
    assert_all_same();
}

static void masked_is_counted_not_next(void **state)
{
    (void)state;
    do_register(200);
    do_mask(200, true);
    do_mask(200, true);
    do_raise(200);
    do_raise(200);
    assert_int_equal(virq_next(&virq), VIRQ_NONE);
    do_mask(200, false);
    do_mask(200, false);
    assert_int_equal(virq_next(&virq), 200);
    assert_int_equal(virq_outstanding(&virq, 200), 2);
    assert_all_same();
}

static void refused_on_what_is_not_registered(void **state)
{
    (void)state;
    do_unregister(48);
    do_mask(48, true);
    do_mask(48, false);
    do_acknowledge(48, 0);
    do_acknowledge(48, UINT64_MAX);
    assert_all_same();
}

static void acknowledge_none_some_all_too_many(void **state)
{
    static const uint64_t counts[] = {0, 6, UINT64_MAX, (uint64_t)1 << 32, 2, 4, 3, 1, 0};

    (void)state;
    do_register(255);
    for (unsigned i = 0; i < 5; i++)
        do_raise(255);
    do_begin();
    for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        do_acknowledge(255, counts[i]);
        assert_all_same();
    }
}

static void counters_have_64_bits(void **state)
{
    static const uint64_t edges[] = {1u << 8, 1u << 16, UINT64_C(1) << 32, UINT64_C(1) << 63};

    (void)state;
    do_register(33);
    for (unsigned i = 0; i < 4; i++) {
        preload(33, edges[i] - 3);
        for (unsigned raises = 0; raises < 6; raises++)
            do_raise(33);
        do_begin();
        do_acknowledge(33, 6);
        assert_all_same();
    }
    for (unsigned raises = 0; raises < 70000; raises++)
        do_raise(33);
    assert_int_equal(virq_outstanding(&virq, 33), 70000);
    do_unregister(33);
    assert_all_same();
}

static void unregister_in_service_starts_afresh(void **state)
{
    (void)state;
    do_register(48);
    do_mask(48, true);
    do_mask(48, false);
    do_raise(48);
    do_begin();
    do_mask(48, true);
    do_raise(48);
    do_unregister(48);
    do_register(48);
    assert_all_same();
    do_raise(48);
    assert_int_equal(virq_next(&virq), 48);
    do_unregister(48);
    do_forget(48);
    assert_all_same();
}

static void invariant_sees_what_is_broken(void **state)
{
    (void)state;
    do_register(70);
    do_register(71);
    do_raise(70);
    const struct virq good = virq;
    uint64_t bit = UINT64_C(1) << (70 - 64);
    struct virq_vector *of = virq.of[1];
#define assert_broken(change)                                                                      \
    do {                                                                                           \
        virq = good;                                                                               \
        change;                                                                                    \
        assert_false(virq_invariant(&virq));                                                       \
    } while (0)
    assert_broken(virq.eligible[1] = 0);
    assert_broken(virq.summary = 0);
    assert_broken(virq.summary |= 1);
    assert_broken(virq.summary |= 1u << BITMAP_WORDS);
    assert_broken(virq.registered[1] &= ~bit);
    assert_broken(of[6].in_service = true);
    assert_broken(of[6].masked = true);
    assert_broken(virq.eligible[1] |= bit << 1);
    assert_broken(of[5].raised++);
    assert_broken(of[6].acknowledged++);
    assert_broken(of[6].acknowledged += 2);
    assert_broken(of[6].discarded += 2);
    assert_broken((of[6].acknowledged++, of[6].discarded++));
    assert_broken(virq.of[0][0].masked = true);
    assert_broken(virq.of[3][0].in_service = true);
#undef assert_broken
}

static void any_order_of_operations(void **state)
{
    (void)state;
    srand(20);
    for (unsigned step = 0; step < 200000; step++) {
        /* Few vectors, in all words and at their edges, so that much happens to each. */
        static const unsigned vectors[] = {0, 32, 63, 64, 127, 129, 191, 192, 200, 255};
        unsigned vector = vectors[rand() % 10];
        switch (rand() % 12) {
        case 0:
            do_register(vector);
            break;
        case 1:
            if (rand() % 4 == 0)
                do_unregister(vector);
            break;
        case 2:
        case 3:
            do_mask(vector, rand() % 2);
            break;
        case 4:
        case 5:
            do_begin();
            break;
        case 6:
            do_end(vector, (unsigned)rand() % (model_outstanding(vector) + 2),
                   model[vector].upcalls - (rand() % 8 == 0));
            break;
        case 7:
            do_acknowledge(vector, (unsigned)rand() % (model_outstanding(vector) + 2));
            break;
        case 8:
            if (rand() % 16 == 0)
                preload(vector, UINT64_C(1) << rand() % 40);
            do_forget(vector);
            break;
        default:
            do_raise(vector);
            break;
        }
        assert_same(vector);
        if (step % 16 == 0)
            assert_all_same();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(init_is_empty, set_up),
        cmocka_unit_test_setup(every_vector_is_found_by_its_number, set_up),
        cmocka_unit_test_setup(every_vector_goes_its_way, set_up),
        cmocka_unit_test_setup(the_lowest_is_next, set_up),
        cmocka_unit_test_setup(raise_in_service_is_told_later, set_up),
        cmocka_unit_test_setup(a_service_ends_once, set_up),
        cmocka_unit_test_setup(masked_in_service_is_told_when_unmasked, set_up),
        cmocka_unit_test_setup(masked_is_counted_not_next, set_up),
        cmocka_unit_test_setup(refused_on_what_is_not_registered, set_up),
        cmocka_unit_test_setup(acknowledge_none_some_all_too_many, set_up),
        cmocka_unit_test_setup(counters_have_64_bits, set_up),
        cmocka_unit_test_setup(unregister_in_service_starts_afresh, set_up),
        cmocka_unit_test_setup(invariant_sees_what_is_broken, set_up),
        cmocka_unit_test_setup(any_order_of_operations, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
