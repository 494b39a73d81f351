/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>
#include "chaos_guest.h"
#include "hv/console.h"
#include "hv/health.h"
#include "hv/hypercall.h"
#include "model_system.h"

static struct model_guest *guest(void)
{
    return &model.guests[cpu.current->id];
}

/* ---- numbers ---- */

/* Few, so that much happens to each: virtual ones, the timer's, those of the guest's own lines, and
 * two that it may not have. */
static unsigned vector(unsigned choice)
{
    static const uint8_t vectors[] = {48, 32, 200, 63, 129, 33};

    if (choice % 8 < 2)
        return HV_VECTOR_LINE + own_lines[cpu.current->id][choice % 8];
    return vectors[choice % 8 - 2];
}

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
        return vector(how);
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

    /* Another upcall may have followed on: what came of both is compared on the way out. */
    expect(result == expected || number == 33);
    expect(console_room(caller->id) == room - (number == 1 && (int64_t)result > 0 ? result : 0));
    caller->frame.rax = result;
    caller_model->frame.rax = expected;
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
static void call_well(unsigned which, uint64_t of)
{
    switch (which) {
    case 0:
        call(30, of, UPCALL + of, 0);
        return;
    case 1:
        call(36, of, 0, 0);
        return;
    case 2:
        call(32, of, model_outstanding(&guest()->core, (unsigned)of), 0);
        return;
    case 3:
        call(37, of, DATA, 48);
        return;
    case 4:
        call(34, of, 0, 0);
        return;
    case 5:
        call(35, of, 0, 0);
        return;
    case 6:
        call(31, of, 0, 0);
        return;
    default:
        call(1, CODE, 16 * of, 0);
        return;
    }
}

/* All that is outstanding, or none of it, or more. */
static void acknowledge(struct input *input)
{
    unsigned of = vector(input_byte(input));
    uint64_t all = model_outstanding(&guest()->core, of);
    const uint64_t counts[] = {0, all, 1, all - 1, all + 1, UINT64_MAX, all + (1ull << 32)};

    call(32, of, input_one_of(input, counts), 0);
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
        call(37, vector((unsigned)before), edge - before, length + input_byte(input) % 16);
}

/* The lowest vector in service, or 0. */
static unsigned served(void)
{
    unsigned of = 0;

    while (of < HV_VECTORS && !guest()->core.in_service[of])
        of++;
    return of % HV_VECTORS;
}

/* A frame of its own, right but for one word of it perhaps. */
static void return_by_hand(struct input *input)
{
    unsigned of = served(), wrong = input_byte(input);
    uint64_t at = MEM_END - 0x1000 + 8 * (uint64_t)input_byte(input);
    uint64_t words[7] = {of,    input_flag(input), guest()->core.upcalls[of], 7, ENTRY,
                         0x202, MEM_END - 0x400};

    if (wrong % 16 < 7)
        words[wrong % 16] = wrong & 128 ? input_word(input) : number(input);
    for (unsigned i = 0; i < 7; i++)
        set_memory(at + 8 * i, words[i], 8);
    cpu.current->frame.rsp = guest()->frame.rsp = at;
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

    if (what < 64) {
        call_well(what / 8, vector(what));
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
    case 14:
        call(32, vector(input_byte(input)), 0, 0); /* a look, as who polls begins with */
        return true;
    default:
        call_any(input);
        return true;
    }
}
