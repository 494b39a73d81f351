/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>
#include "chaos_guest.h"
#include "hv/console.h"
#include "hv/health.h"
#include "hv/hypercall.h"
#include "model_system.h"

static const uint8_t vectors[] = {48, 32, 63, 64, 127, 129, 200, 255,
                                  35, 42, 39, 47, 37,  43,  33,  49};

static struct model_guest *guest(void)
{
    return &model.guests[cpu.current->id];
}

/* ---- numbers ---- */

static uint64_t address(struct input *input)
{
    const uint64_t near[] = {DATA,
                             guest()->frame.rsp,
                             MEM_END,
                             CODE,
                             CONSTANTS,
                             GUARD,
                             GUARD + HV_PAGE_SIZE,
                             DATA + 4096,
                             PARTITION_BASE,
                             0,
                             (uint64_t)1 << 47,
                             UINT64_MAX,
                             CODE + (1ull << 32),
                             MEM_END - 0x400};
    uint64_t base = input_one_of(input, near);

    return base + input_byte(input) - 128;
}

/* What may be an argument of any call. */
static uint64_t number(struct input *input)
{
    static const uint64_t edges[] = {0,    1,     7,          8,          47,         48,   49,
                                     56,   64,    128,        255,        256,        4095, 4096,
                                     4097, 0x120, 1ull << 32, 1ull << 63, UINT64_MAX, 31};
    unsigned how = input_byte(input);

    if (how < 80)
        return vectors[how % 16];
    if (how < 160)
        return address(input);
    if (how < 200)
        return input_one_of(input, edges);
    return how < 240 ? input_byte(input) : input_word(input);
}

/* ---- without the hypervisor ---- */

static void set_memory(uint64_t at, uint64_t value, size_t length)
{
    if (!model_may(at, length, PAGE_WRITE))
        return;
    memcpy(cpu.current->partition->memory + (at - PARTITION_BASE), &value, length);
    model_write(guest(), at, &value, length);
}

static void enable(bool enabled)
{
    set_memory(PARTITION_BASE + offsetof(struct hv_vcpu_page, irq_disabled), !enabled, 1);
}

/* What a program can make of its own registers. */
static void set_register(struct input *input)
{
    struct frame *frame = &cpu.current->frame;
    unsigned which = input_byte(input);

    if (which % 4 == 0)
        frame->rsp = address(input);
    else if (which % 4 == 1)
        frame->rip = address(input) & ((1ull << 47) - 1);
    else if (which % 4 == 2)
        frame->rflags = (input_word(input) & 0x244DD5) | 0x202;
    else
        (&frame->r15)[which / 4 % 15] = input_word(input);
    guest()->frame = *frame;
}

/* The frame of an upcall is the guest's to change; so it can make one of its own. */
static void set_frame(struct input *input)
{
    unsigned word = input_byte(input) % 8;

    set_memory(guest()->frame.rsp + 8 * word, number(input), 8);
}

static void set_fx(struct input *input)
{
    guest()->fx = input_byte(input);
    memset(fake.fx, guest()->fx, sizeof(fake.fx));
}

/* ---- into the hypervisor ---- */

static void call(uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
    struct vcpu *caller = cpu.current;
    struct model_guest *caller_model = guest();
    unsigned room = console_room(caller->id);
    uint64_t expected = model_call(caller_model, (const uint64_t[]){a, b, c}, number, room);
    uint64_t result = (uint64_t)(number < HYPERCALLS ? hypercalls[number](a, b, c) : HV_ENOSYS);

    expect(result == expected);
    expect(console_room(caller->id) == room - (number == 1 && (int64_t)result > 0 ? result : 0));
    caller->frame.rax = caller_model->frame.rax = result;
}

static void call_any(struct input *input)
{
    static const uint64_t others[] = {2, 9, 14, 29, 39, 255, 1ull << 32, UINT64_MAX};
    static const uint64_t numbers[] = {30, 31, 32, 33, 34, 35, 36, 37, 38, 0, 1, 10, 11, 12, 13};
    unsigned which = input_byte(input);
    uint64_t called = which % 16 == 15 ? others[which / 16 % 8] : numbers[which % 16];
    uint64_t a = number(input), b = number(input), c = number(input);

    call(called, a, b, c);
}

/* A call whose arguments are likely to be right. */
static void call_well(unsigned which, uint64_t vector)
{
    switch (which) {
    case 0:
        call(30, vector, UPCALL + vector, 0);
        return;
    case 1:
        call(36, vector, 0, 0);
        return;
    case 2:
        call(32, vector, model_outstanding(&guest()->core, (unsigned)vector), 0);
        return;
    case 3:
        call(37, vector, DATA, 48);
        return;
    case 4:
        call(34, vector, 0, 0);
        return;
    case 5:
        call(35, vector, 0, 0);
        return;
    case 6:
        call(31, vector, 0, 0);
        return;
    default:
        call(1, CODE, 16 * vector, 0);
        return;
    }
}

/* All that is outstanding, or none of it, or more. */
static void acknowledge(struct input *input)
{
    unsigned vector = input_one_of(input, vectors);
    uint64_t all = model_outstanding(&guest()->core, vector);
    const uint64_t counts[] = {0, all, 1, all - 1, all + 1, UINT64_MAX, all + (1ull << 32)};

    call(32, vector, input_one_of(input, counts), 0);
}

/* A range of memory that ends where something else begins, or a byte before that or after. */
static void call_at_edge(struct input *input)
{
    static const uint64_t edges[] = {MEM_END,   GUARD, GUARD + HV_PAGE_SIZE, CODE,
                                     CONSTANTS, DATA,  PARTITION_BASE,       DATA + HV_PAGE_SIZE};
    uint64_t edge = input_one_of(input, edges), before = input_byte(input) % 64;
    uint64_t length = before + input_below(input, 3) - 1;

    if (input_flag(input))
        call(1, edge - before, length, 0);
    else
        call(37, vectors[before % 16], edge - before, length + input_byte(input) % 16);
}

/* The lowest vector in service, or 0. */
static unsigned served(void)
{
    unsigned vector = 0;

    while (vector < HV_VECTORS && !guest()->core.in_service[vector])
        vector++;
    return vector % HV_VECTORS;
}

/* A frame of its own, right but for one word of it perhaps, wherever the stack is. */
static void return_by_hand(struct input *input)
{
    unsigned vector = served(), wrong = input_byte(input);
    uint64_t at = guest()->frame.rsp;
    uint64_t words[7] = {vector, input_flag(input), guest()->core.upcalls[vector], 7, ENTRY,
                         0x202,  MEM_END - 0x400};

    if (wrong % 16 < 7)
        words[wrong % 16] = wrong & 128 ? input_word(input) : number(input);
    for (unsigned i = 0; i < 7; i++)
        set_memory(at + 8 * i, words[i], 8);
    call(33, 0, 0, 0);
}

static void fault(struct input *input)
{
    static const uint8_t exceptions[] = {13, 14, 6, 0, 1, 3, 4, 5, 10, 11, 12, 16, 17, 19, 20, 21};
    unsigned what = input_one_of(input, exceptions);
    uint64_t at = number(input);

    health_fault(cpu.current, what, at);
    model_fault(guest(), what, at);
}

bool chaos_act(struct input *input)
{
    unsigned what = input_byte(input);

    if (what < 128) {
        call_well(what / 16, vectors[what % 16]);
        return true;
    }
    switch (what % 16) {
    case 0:
        call(33, 0, 0, 0);
        return true;
    case 1:
        call(11, 0, 0, 0);
        return true;
    case 2:
        call(10, 0, 0, 0);
        return true;
    case 3:
        enable(true);
        call(38, 0, 0, 0);
        return true;
    case 4:
    case 5:
        enable(what & 1);
        return false;
    case 6:
        set_memory(address(input), number(input), 8);
        return false;
    case 7:
        set_register(input);
        return false;
    case 8:
        set_frame(input);
        return false;
    case 9:
        set_fx(input);
        return false;
    case 10:
        if (what >= 192)
            fault(input);
        return what >= 192;
    case 11:
        call_at_edge(input);
        return true;
    case 12:
        return_by_hand(input);
        return true;
    case 13:
        acknowledge(input);
        return true;
    default:
        call_any(input);
        return true;
    }
}
