/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>
#include "model_system.h"
#include "fuzz.h"

struct model model;
const uint8_t own_lines[GUESTS][2] = {{3, 10}, {7, 15}, {5, 11}};

static unsigned id_of(const struct model_guest *guest)
{
    return (unsigned)(guest - model.guests);
}

/* ---- memory ---- */

/* Page by page, as guest_image.h lays an image out. */
static unsigned page_access(uint64_t address)
{
    if (address < PARTITION_BASE || address >= MEM_END)
        return 0;
    if (address >= CODE && address < CONSTANTS)
        return PAGE_READ | PAGE_EXECUTE;
    if (address >= CONSTANTS && address < DATA)
        return PAGE_READ;
    if (address >= GUARD && address < GUARD + HV_PAGE_SIZE)
        return 0;
    return PAGE_READ | PAGE_WRITE;
}

bool model_may(uint64_t address, uint64_t length, unsigned access)
{
    for (uint64_t i = 0; i < length; i++)
        if ((page_access(address + i) & access) != access || address + i < address)
            return false;
    return true;
}

uint8_t *model_bytes(struct model_guest *guest, uint64_t address)
{
    return guest->memory + (address - PARTITION_BASE);
}

void model_write(struct model_guest *guest, uint64_t address, const void *bytes, size_t length)
{
    const uint64_t pending = PARTITION_BASE + offsetof(struct hv_vcpu_page, irq_pending);

    memcpy(model_bytes(guest, address), bytes, length);
    guest->scribbled |= address <= pending && pending < address + length;
}

bool model_disabled(struct model_guest *guest)
{
    return guest->memory[offsetof(struct hv_vcpu_page, irq_disabled)] != 0;
}

void model_disable(struct model_guest *guest, bool disabled)
{
    guest->memory[offsetof(struct hv_vcpu_page, irq_disabled)] = disabled;
}

bool model_deliverable(const struct model_guest *guest)
{
    return model_next(&guest->core) != HV_VECTORS;
}

/* ---- lines ---- */

static bool somebody_registered(unsigned vector)
{
    for (unsigned i = 0; i < GUESTS; i++)
        if (model.guests[i].core.registered[vector])
            return true;
    return false;
}

bool model_line_open(unsigned line)
{
    const struct model_line *of = &model.lines[line];

    return somebody_registered(HV_VECTOR_LINE + line) && !of->held && !of->waiting;
}

void model_wake(struct model_guest *guest)
{
    if (!model.schedule.ready[id_of(guest)])
        model_schedule_ready(&model.schedule, id_of(guest));
}

static void raise(unsigned vector)
{
    for (unsigned i = 0; i < GUESTS; i++)
        if (model_raise(&model.guests[i].core, vector))
            model_wake(&model.guests[i]);
}

void model_line(unsigned line)
{
    struct model_line *of = &model.lines[line];

    if (of->level) {
        of->waiting = true;
    } else if (++of->burst == model.burst) {
        of->held = true;
        of->held_ticks++;
    }
    raise(HV_VECTOR_LINE + line);
}

void model_tick(void)
{
    unsigned ran = model_schedule_pick(&model.schedule);

    raise(HV_VECTOR_PIT);
    for (unsigned line = 0; line < HV_LINES; line++) {
        model.lines[line].held = false;
        model.lines[line].burst = 0;
    }
    model_schedule_tick(&model.schedule, ran);
}

int64_t model_take_back(struct model_guest *guest, unsigned vector)
{
    int64_t result = model_unregister(&guest->core, vector);

    if (result >= 0 && vector < HV_VECTOR_VIRTUAL && !somebody_registered(vector))
        model.lines[vector - HV_VECTOR_LINE].waiting = false;
    return result;
}

/* ---- upcalls ---- */

bool model_upcall(struct model_guest *guest)
{
    struct frame *frame = &guest->frame;
    unsigned vector = model_next(&guest->core);
    uint64_t address = frame->rsp - HV_RED_ZONE - HV_UPCALL_SIZE;

    address -= address % HV_UPCALL_SIZE;
    if (!model_may(address, HV_UPCALL_SIZE, PAGE_WRITE)) {
        model_fault(guest, FAULT_BAD_STACK, 0);
        return false;
    }
    model_begin(&guest->core, vector);
    const uint64_t words[8] = {vector,
                               model_outstanding(&guest->core, vector),
                               guest->core.upcalls[vector],
                               frame->rax,
                               frame->rip,
                               frame->rflags,
                               frame->rsp,
                               0};
    model_write(guest, address, words, sizeof(words));
    model_disable(guest, true);
    frame->rax = vector;
    frame->rip = guest->entry[vector];
    frame->rsp = address;
    frame->rflags &= ~(uint64_t)0x44500; /* TF DF NT AC */
    return true;
}

/* ---- lives ---- */

static enum sequel restart_or_stop(const struct model_guest *guest)
{
    return guest->restarts < guest->restarts_allowed ? SEQUEL_RESTART : SEQUEL_STOP;
}

void model_end(struct model_guest *guest, enum ending ending)
{
    guest->ending = ending;
    guest->outstanding = 0;
    guest->left = true;
    guest->phase = MODEL_LOADING;
    if (ending == ENDING_EXIT)
        guest->sequel = SEQUEL_STOP;
    else if (ending == ENDING_RESTART || guest->policy == FAULT_RESTART)
        guest->sequel = restart_or_stop(guest);
    else
        guest->sequel = guest->policy == FAULT_HALT ? SEQUEL_HALT : SEQUEL_STOP;
}

void model_fault(struct model_guest *guest, unsigned what, uint64_t address)
{
    guest->fault = (struct fault){.what = what, .rip = guest->frame.rip, .address = address};
    model_end(guest, ENDING_FAULT);
}

void model_collect(struct model_guest *guest, unsigned vector)
{
    struct model_core *core = &guest->core;

    if (core->registered[vector])
        guest->outstanding += (uint64_t)model_take_back(guest, vector);
    guest->totals.raised += core->raised[vector];
    guest->totals.acknowledged += core->acknowledged[vector];
    guest->totals.discarded += core->discarded[vector];
    guest->totals.upcalls += core->upcalls[vector];
    model_forget(core, vector);
}

static void put32(struct model_guest *guest, unsigned offset, uint32_t value)
{
    memcpy(guest->memory + offset, &value, sizeof(value));
}

static void put64(struct model_guest *guest, unsigned offset, uint64_t value)
{
    memcpy(guest->memory + offset, &value, sizeof(value));
}

/* The vCPU page, by the table in docs/ABI.md. */
static void fill_page(struct model_guest *guest)
{
    put32(guest, 0, 0x59464C42);
    put32(guest, 4, 0x00010000);
    put32(guest, 8, id_of(guest));
    guest->memory[16] = 1;
    put64(guest, 24, 0x400000);
    put64(guest, 32, MEM);
    put64(guest, 40, fake.tsc_hz);
    put32(guest, 48, 1193);
    put32(guest, 52, guest->restarts);
    put32(guest, 56, 65536);
    guest->memory[64] = 'x';
}

void model_start(struct model_guest *guest)
{
    guest->restarts += guest->ending != ENDING_NONE;
    guest->phase = MODEL_STARTED;
    guest->scribbled = false;
    guest->fx = FAKE_FX_START;
    memset(guest->memory, 0, sizeof(guest->memory));
    memset(model_bytes(guest, CODE), 1, HV_PAGE_SIZE);
    memset(model_bytes(guest, CONSTANTS), 2, HV_PAGE_SIZE);
    memset(model_bytes(guest, DATA), 3, 16);
    fill_page(guest);
    guest->frame = (struct frame){
        .rdi = 0x3FF000, .rip = ENTRY, .cs = 3, .rflags = 0x202, .rsp = MEM_END, .ss = 3};
    for (unsigned line = 0; line < HV_LINES; line++)
        if (guest->granted[HV_VECTOR_LINE + line])
            model.lines[line].held_ticks = 0;
}
