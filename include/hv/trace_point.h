/* SPDX-License-Identifier: BSD-2-Clause */
/* The points at which the trace records what happens. */
#ifndef HV_TRACE_POINT_H
#define HV_TRACE_POINT_H

#include <stdbool.h>
#include <stdint.h>
#include "belfry/hv_abi.h"
#include "hv/arch.h"
#include "hv/compiler.h"

#define TRACE_RECORDS 2048 /* the newest; older ones are overwritten, and counted */

struct trace {
    struct hv_trace_record record[TRACE_RECORDS];
    uint64_t made; /* bytes, since it was switched on: the low 16 bits say where the next goes */
    bool on;
};

_Static_assert(sizeof(((struct trace *)0)->record) == 1 << 16, "16 bits are a place in the ring");

extern struct trace trace;

/*
 * A trace point. Each records, where the trace is on, that `kind` happened now, in the time of the
 * vCPU to which the CPU belongs; what the vector and the value are then hv_abi.h says. Off it takes
 * two instructions: the compiler sees no call, for which it would have to keep registers (3 to 20
 * instructions), and what is to be recorded stays where it is, in memory too. Where there is more
 * to ask first, it is trace_is_on() and then trace_record_….
 */
#if __STDC_HOSTED__
static inline bool trace_is_on(void)
{
    return trace.on;
}

static inline void trace_record(unsigned kind, uint64_t vector, uint64_t value)
{
    arch_trace_add(kind, (unsigned)vector, value);
}

static inline void trace_record_set(unsigned kind, unsigned vector, const uint64_t *set)
{
    arch_trace_add(kind, vector, *set);
}

static inline void trace_point(unsigned kind, uint64_t vector, uint64_t value)
{
    if (trace_is_on())
        trace_record(kind, vector, value);
}

static inline void trace_point_set(unsigned kind, unsigned vector, const uint64_t *set)
{
    trace_point(kind, vector, *set);
}

/* What a frame says, of any alignment. */
#define trace_point_upcall(kind, upcall) trace_point(kind, (upcall)->vector, (upcall)->count)
#else
#define TRACE_ALWAYS static inline __attribute__((always_inline))

/* In C the answer would be loaded once for two that ask. */
TRACE_ALWAYS bool trace_is_on(void)
{
    __asm__ goto("cmpb $0, %0\n\t"
                 "jne %l1"
                 :
                 : "m"(trace.on)
                 : "cc"
                 : on);
    return false;
on:
    return true;
}

#define TRACE_ADD                                                                                  \
    "pushq %q3\n\t"                                                                                \
    "pushq %q2\n\t"                                                                                \
    "movl %1, 4(%%rsp)\n\t"                                                                        \
    "call arch_trace_add\n\t"
#define TRACE_IF_ON                                                                                \
    "cmpb $0, %0\n\t"                                                                              \
    "jne 1f\n"                                                                                     \
    "2:\n\t"                                                                                       \
    ".subsection 1\n"                                                                              \
    "1:\n\t" TRACE_ADD "jmp 2b\n\t"                                                                \
    ".previous"

/* `text` is one of these. "e": a constant, "r": in a register, "m": in memory, but not on the
 * stack, which moves. */
#define TRACE_ASM(text, kind, vector_is, vector, value_is, value)                                  \
    /* NOLINTNEXTLINE(bugprone-macro-parentheses): asm takes its text without any */               \
    __asm__ volatile(text : : "m"(trace.on), "i"(kind), vector_is(vector), value_is(value) : "cc")

TRACE_ALWAYS void trace_record(unsigned kind, uint64_t vector, uint64_t value)
{
    TRACE_ASM(TRACE_ADD, kind, "er", vector, "er", value);
}

TRACE_ALWAYS void trace_record_set(unsigned kind, unsigned vector, const uint64_t *set)
{
    TRACE_ASM(TRACE_ADD, kind, "er", vector, "m", *set);
}

TRACE_ALWAYS void trace_point(unsigned kind, uint64_t vector, uint64_t value)
{
    TRACE_ASM(TRACE_IF_ON, kind, "er", vector, "er", value);
}

TRACE_ALWAYS void trace_point_set(unsigned kind, unsigned vector, const uint64_t *set)
{
    TRACE_ASM(TRACE_IF_ON, kind, "er", vector, "m", *set);
}

#define trace_point_upcall(kind, upcall)                                                           \
    TRACE_ASM(TRACE_IF_ON, kind, "m", (upcall)->vector, "m", (upcall)->count)
#endif

#endif
