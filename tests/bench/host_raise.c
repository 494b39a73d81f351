/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * On the host, in its own cycles: what an interrupt costs the core, against a scan. An interrupt is
 * counted for those that registered its vector; each of these is told, and acknowledges.
 *
 * The scan does what POK's experimental VMM branch did: each partition has 16 slots of a vector and
 * a counter, and an interrupt looks at all of them. Written for this comparison.
 *
 * Prints for each number of vCPUs the cycles of an interrupt, where one of them has the vector
 * registered and where all have: by the core, by the scan. The ratios are what matters.
 */
#include <stdint.h>
#include <stdio.h>
#include <x86intrin.h>
#include "hv/route.h"

#define VECTOR     32
#define OTHER      40 /* what the scan's other slots have registered */
#define SLOTS      16
#define INTERRUPTS 500
#define ROUNDS     150
#define NOINLINE   __attribute__((noinline))

/* Known to neither side when it is compiled. */
extern unsigned vector;
unsigned vector = VECTOR;

/* ---- the core ---- */

static struct route route;
static struct virqs virqs;

static void core_prepare(unsigned vcpus, unsigned registered)
{
    route_init(&route);
    for (unsigned id = 0; id < vcpus; id++)
        virq_init(&virqs.of[id]);
    for (unsigned id = vcpus - registered; id < vcpus; id++)
        route_register(&route, &virqs, id, vector);
}

NOINLINE static void core_serve(struct virq *virq)
{
    virq_end(virq, virq_begin(virq));
}

static void core_interrupt(unsigned vcpus, unsigned registered)
{
    route_raise(&route, &virqs, vector);
    for (unsigned id = vcpus - registered; id < vcpus; id++)
        core_serve(&virqs.of[id]);
}

/* ---- the scan ---- */

static struct slot {
    uint8_t vector, count;
} slots[VCPUS][SLOTS];

static void scan_prepare(unsigned vcpus, unsigned registered)
{
    for (unsigned id = 0; id < vcpus; id++)
        for (unsigned i = 0; i < SLOTS; i++)
            slots[id][i] = (struct slot){.vector = OTHER};
    for (unsigned id = vcpus - registered; id < vcpus; id++)
        slots[id][0].vector = (uint8_t)vector;
}

NOINLINE static void scan_raise(unsigned vcpus, uint8_t raised)
{
    for (unsigned id = 0; id < vcpus; id++)
        for (unsigned i = 0; i < SLOTS; i++)
            if (slots[id][i].vector == raised)
                slots[id][i].count++;
}

NOINLINE static void scan_serve(struct slot *slot)
{
    unsigned i = 0;
    while (i < SLOTS && slot[i].count == 0)
        i++;
    if (i < SLOTS)
        slot[i].count--;
}

static void scan_interrupt(unsigned vcpus, unsigned registered)
{
    scan_raise(vcpus, (uint8_t)vector);
    for (unsigned id = vcpus - registered; id < vcpus; id++)
        scan_serve(slots[id]);
}

/* ---- both ---- */

static const struct side {
    void (*prepare)(unsigned vcpus, unsigned registered);
    void (*interrupt)(unsigned vcpus, unsigned registered);
} sides[] = {{core_prepare, core_interrupt}, {scan_prepare, scan_interrupt}};

static uint64_t cycles(const struct side *side, unsigned vcpus, unsigned registered)
{
    side->prepare(vcpus, registered);
    uint64_t start = __rdtsc();
    for (unsigned i = 0; i < INTERRUPTS; i++)
        side->interrupt(vcpus, registered);
    return __rdtsc() - start;
}

/* The least of all rounds, which take turns: what else the machine does falls on both. */
static void compare(unsigned vcpus, unsigned registered)
{
    uint64_t least[2] = {UINT64_MAX, UINT64_MAX};
    for (unsigned round = 0; round < ROUNDS; round++)
        for (unsigned i = 0; i < 2; i++) {
            uint64_t found = cycles(&sides[i], vcpus, registered);
            least[i] = found < least[i] ? found : least[i];
        }
    printf("%u %u %.1f %.1f\n", vcpus, registered, (double)least[0] / INTERRUPTS,
           (double)least[1] / INTERRUPTS);
}

int main(void)
{
    for (unsigned vcpus = 1; vcpus <= VCPUS; vcpus *= 2) {
        compare(vcpus, 1);
        if (vcpus > 1)
            compare(vcpus, vcpus);
    }
    return 0;
}
