/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory, stacks, and jumps. */
#include "chaos.h"

static const char *access(void)
{
    return accesses[below((uint64_t)(accesses_end - accesses))];
}

/* With its own: what may be written is written. */
static void use_own(void)
{
    struct registers in = odd_registers();
    in.rdi = (uint64_t)arena.noise + below(NOISE_SIZE);
    in.rsi = (uint64_t)arena.noise + below(NOISE_SIZE);
    in.rcx = below(64);
    if (!one_in(64))
        in.rdi &= ~15ul; /* some want that */
    launch(&in, access());
}

static void use_odd(void)
{
    struct registers in = odd_registers();
    in.rdi = (uint64_t)arena.noise + below(NOISE_SIZE / 16) * 16;
    launch(&in, odd_accesses[below((uint64_t)(odd_accesses_end - odd_accesses))]);
}

static void use_any(void)
{
    struct registers in = odd_registers();
    in.rdi = one_in(2) ? own_address() : foreign_address();
    in.rsi = one_in(2) ? own_address() : foreign_address();
    in.rcx = below(64);
    launch(&in, access());
}

/* All of the page that the hypervisor reads too. */
static void spoil_page(void)
{
    volatile uint8_t *page = (volatile uint8_t *)PAGE;
    for (uint64_t n = below(64); n > 0; n--)
        page[one_in(2) ? below(64) : below(HV_PAGE_SIZE)] = (uint8_t)draw();
    call(HV_CALL_IRQ_POLL);
}

/* A stack in an odd place, and somebody who uses it. */
static void move_stack(void)
{
    struct registers in = odd_registers();
    in.rsp = odd_stack();
    in.rax = HV_CALL_VERSION;
    switch (below(6)) {
    case 0:
        launch(&in, deed_push);
        return;
    case 1:
        in.rax = HV_CALL_IRQ_RAISE;
        in.rdi = HV_VECTOR_VIRTUAL + below(8);
        in.rsi = 0;
        PAGE->irq_disabled = 0;
        launch(&in, deed_call);
        return;
    case 2:
        in.rflags |= draw() & FLAG_DF;
        launch(&in, deed_flags);
        return;
    default:
        launch(&in, deed_call);
    }
}

/* A tick comes meanwhile. */
static void stay_on_stack(void)
{
    struct registers in = odd_registers();
    in.rsp = odd_stack();
    launch(&in, deed_spin);
}

static void jump(void)
{
    struct registers in = odd_registers();
    in.rdi = one_in(2) ? own_address() : foreign_address();
    launch(&in, deed_jump);
}

const struct deed memory_deeds[] = {
    {'m', 500, use_own, false},    {'M', 6, use_any, false},     {'a', 3, use_odd, true},
    {'p', 120, spoil_page, false}, {'k', 24, move_stack, false}, {'K', 3, stay_on_stack, true},
    {'j', 3, jump, true},          {0, 0, NULL, false},
};
