/* SPDX-License-Identifier: BSD-2-Clause */
/* Who gets an occurrence: exactly those that registered, each once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "belfry/hv_abi.h"
#include "hv/route.h"

static struct route route;
static struct virqs virqs;
static uint64_t raised[VCPUS][HV_VECTORS]; /* what each should have counted */

static int set_up(void **state)
{
    (void)state;
    route_init(&route);
    memset(raised, 0, sizeof(raised));
    for (unsigned id = 0; id < VCPUS; id++)
        virq_init(&virqs.of[id]);
    return 0;
}

static void raise(unsigned vector)
{
    for (unsigned id = 0; id < VCPUS; id++)
        raised[id][vector] += virq_is_registered(&virqs.of[id], vector);
    route_raise(&route, &virqs, vector);
}

static void assert_counts(void)
{
    for (unsigned id = 0; id < VCPUS; id++) {
        assert_true(virq_invariant(&virqs.of[id]));
        for (unsigned vector = 0; vector < HV_VECTORS; vector++) {
            assert_int_equal(VIRQ_OF(&virqs.of[id], vector).raised, raised[id][vector]);
            assert_int_equal(route.registered[vector] >> id & 1,
                             virq_is_registered(&virqs.of[id], vector));
        }
    }
}

/* The old design's scan used the wrong variable: one interrupt counted up to 16 times. */
static void an_occurrence_counts_once_for_each(void **state)
{
    static const unsigned counts[] = {1, 2, 16, 63, 64};

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        set_up(NULL);
        for (unsigned id = 0; id < counts[i]; id++)
            assert_int_equal(route_register(&route, &virqs, id, 32), 0);
        raise(32);
        raise(33);
        assert_counts();
        assert_int_equal(VIRQ_OF(&virqs.of[0], 32).raised, 1);
        assert_int_equal(VIRQ_OF(&virqs.of[counts[i] - 1], 32).raised, 1);
    }
}

/* The old design had 16 slots, and never delivered the last. */
static void every_vector_can_be_registered_at_once(void **state)
{
    (void)state;
    for (unsigned vector = 0; vector < HV_VECTORS; vector++)
        assert_int_equal(route_register(&route, &virqs, 5, vector), 0);
    for (unsigned vector = 0; vector < HV_VECTORS; vector++)
        raise(vector);
    assert_counts();
    for (unsigned vector = 0; vector < HV_VECTORS; vector++)
        assert_int_equal(virq_outstanding(&virqs.of[5], vector), 1);
}

/* There a second registration took a second slot. */
static void a_second_registration_is_refused(void **state)
{
    (void)state;
    assert_int_equal(route_register(&route, &virqs, 7, 48), 0);
    assert_int_equal(route_register(&route, &virqs, 7, 48), HV_EBUSY);
    raise(48);
    assert_counts();
    assert_int_equal(virq_outstanding(&virqs.of[7], 48), 1);
}

/* There it never matched: one of the two added 32. */
static void unregister_takes_back_what_register_gave(void **state)
{
    (void)state;
    assert_int_equal(route_unregister(&route, &virqs, 3, 40), HV_ENOENT);
    assert_int_equal(route_register(&route, &virqs, 3, 40), 0);
    assert_int_equal(route_register(&route, &virqs, 4, 40), 0);
    raise(40);
    assert_int_equal(route_unregister(&route, &virqs, 3, 40), 1);
    raise(40);
    assert_counts();
    assert_int_equal(route.registered[40], 1u << 4);
    assert_int_equal(route_unregister(&route, &virqs, 3, 40), HV_ENOENT);
}

/* Told are those for which it is eligible now, whatever else they have to be told. */
static void told(void **state)
{
    (void)state;
    for (unsigned id = 0; id < 4; id++)
        route_register(&route, &virqs, id, 32);
    route_register(&route, &virqs, 1, 50);
    virq_mask(&virqs.of[2], 32);
    virq_raise(&virqs.of[1], 50);
    virq_raise(&virqs.of[3], 32);
    virq_begin(&virqs.of[3]);
    assert_int_equal(route_raise(&route, &virqs, 32), 1 | 2);
    assert_int_equal(route_raise(&route, &virqs, 32), 1 | 2);
    assert_int_equal(route_raise(&route, &virqs, 33), 0);
}

static void any_order_of_operations(void **state)
{
    (void)state;
    srand(7);
    for (unsigned step = 0; step < 30000; step++) {
        unsigned id = (unsigned)rand() % VCPUS;
        unsigned vector = 32 + (unsigned)rand() % 40;
        switch (rand() % 4) {
        case 0:
            route_register(&route, &virqs, id, vector);
            break;
        case 1:
            route_unregister(&route, &virqs, id, vector);
            break;
        default:
            raise(vector);
            break;
        }
        if (step % 500 == 0)
            assert_counts();
    }
    assert_counts();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_occurrence_counts_once_for_each, set_up),
        cmocka_unit_test_setup(every_vector_can_be_registered_at_once, set_up),
        cmocka_unit_test_setup(a_second_registration_is_refused, set_up),
        cmocka_unit_test_setup(unregister_takes_back_what_register_gave, set_up),
        cmocka_unit_test_setup(told, set_up),
        cmocka_unit_test_setup(any_order_of_operations, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
