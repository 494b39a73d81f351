/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tries all items of a list, one in each life, since most are faults. What is none restarts, and
 * writes a comma into the trace. Each list has a multiple of 65,536 items; every `step`th is tried.
 */
#include "chaos.h"

enum { SWEEP_PORTS = 1, SWEEP_VECTORS, SWEEP_MSRS, SWEEP_SELECTORS };

static void try(const struct registers *in, const void *code)
{
    launch(in, code);
    trace(',');
    call(HV_CALL_PARTITION_RESTART);
}

static struct registers plain_registers(uint64_t rax)
{
    return (struct registers){.rax = rax,
                              .rcx = 1,
                              .rdi = (uint64_t)arena.noise,
                              .rsi = (uint64_t)arena.noise,
                              .rsp = GOOD_STACK,
                              .rflags = HV_RFLAGS_INIT};
}

static void try_port(uint64_t item)
{
    struct registers in = plain_registers(0);
    in.rdx = item & 0xFFFF;
    try(&in, port_accesses[item >> 16]);
}

/* Where MSRs are; the second half writes. */
static void try_msr(uint64_t item)
{
    static const uint32_t bases[] = {0, 0xC0000000, 0xC0010000, 0x40000000};
    struct registers in = plain_registers(0);
    in.rcx = bases[item >> 13 & 3] + (item & 0x1FFF);
    try(&in, item >> 15 ? deed_wrmsr : deed_rdmsr);
}

static void try_selector(uint64_t item)
{
    struct registers in = plain_registers(item & 0xFFFF);
    try(&in, segment_loads[item >> 16]);
}

_Noreturn void sweep(uint64_t list, uint64_t step)
{
    static const uint32_t lengths[] = {[SWEEP_PORTS] = 9 << 16,
                                       [SWEEP_VECTORS] = 256,
                                       [SWEEP_MSRS] = 1 << 16,
                                       [SWEEP_SELECTORS] = 5 << 16};
    struct registers in = plain_registers(HV_CALL_VERSION);
    uint64_t item = PAGE->restarts * step;
    if (item >= lengths[list])
        call(HV_CALL_PARTITION_EXIT, 0);
    trace('.');
    if (list == SWEEP_PORTS)
        try_port(item);
    if (list == SWEEP_VECTORS)
        try(&in, deed_int + item * INT_SIZE);
    if (list == SWEEP_MSRS)
        try_msr(item);
    try_selector(item);
    __builtin_unreachable();
}
