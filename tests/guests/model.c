/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any order of operations, upcalls within upcalls too, against a naive model of what ABI.md says of
 * a vector: three bits and four counters. All that a call answers, that a frame says and that the
 * vCPU page shows is foretold, so that an upcall that is due and does not come is found at once,
 * and one that comes and is not due as well.
 *
 * system: a vector=48..49 vector=63..64 vector=127 vector=129 vector=192 vector=255
 * system: b vector=48..49 vector=63..64 vector=127 vector=129 vector=192 vector=255 -- seed=2
 * hv: quantum=1
 * qemu: icount
 * qemu: cpu=max machine=q35
 */
#include "guest.h"

#define DEEPEST 6 /* upcalls within upcalls */

static struct model {
    unsigned vector;
    bool registered, masked, in_service;
    uint64_t raised, acknowledged, discarded, upcalls;
} models[] = {{.vector = 48},  {.vector = 49},  {.vector = 63},  {.vector = 64},
              {.vector = 127}, {.vector = 129}, {.vector = 192}, {.vector = 255}};

static volatile bool enabled;
static volatile uint64_t steps_left, upcalls;
static unsigned depth, wrong;

static uint64_t below(uint64_t limit)
{
    static uint64_t state;
    if (state == 0)
        state = argument("seed", 1) * 0x9E3779B97F4A7C15 | 1;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 11) % limit;
}

static void compare(uint64_t actual, uint64_t expected, const struct model *model, const char *what)
{
    if (actual != expected && wrong++ < 10)
        tap_note("%lu steps left, vector %u: %s is %ld, expected %ld", steps_left, model->vector,
                 what, (long)actual, (long)expected);
}

#define EXPECT(actual, expected, ...) compare((uint64_t)(actual), (uint64_t)(expected), __VA_ARGS__)

/* ---- the model ---- */

static uint64_t outstanding(const struct model *model)
{
    return model->raised - model->acknowledged - model->discarded;
}

/* The lowest vector that is deliverable while interrupts are enabled, or NULL. */
static struct model *eligible(void)
{
    for (unsigned i = 0; i < ARRAY_LENGTH(models); i++) {
        struct model *model = &models[i];
        if (model->registered && !model->in_service && !model->masked && outstanding(model) > 0)
            return model;
    }
    return NULL;
}

static bool nothing_registered(void)
{
    for (unsigned i = 0; i < ARRAY_LENGTH(models); i++)
        if (models[i].registered)
            return false;
    return true;
}

/* ---- operations: the model first, since a call's return makes the upcall that is due ---- */

static void try_register(struct model *model)
{
    int64_t expected = model->registered ? HV_EBUSY : 0;
    model->registered = true;
    EXPECT(call(HV_CALL_IRQ_REGISTER, model->vector, upcall_entry), expected, model, "REGISTER");
}

static void try_unregister(struct model *model)
{
    int64_t expected = model->registered ? (int64_t)outstanding(model) : HV_ENOENT;
    model->discarded += outstanding(model);
    model->registered = model->masked = model->in_service = false;
    EXPECT(call(HV_CALL_IRQ_UNREGISTER, model->vector), expected, model, "UNREGISTER");
}

static void try_mask(struct model *model)
{
    model->masked = model->registered;
    EXPECT(call(HV_CALL_IRQ_MASK, model->vector), model->registered ? 0 : HV_ENOENT, model, "MASK");
}

static void try_unmask(struct model *model)
{
    int64_t expected = model->registered ? 0 : HV_ENOENT;
    model->masked = false;
    EXPECT(call(HV_CALL_IRQ_UNMASK, model->vector), expected, model, "UNMASK");
}

static void try_raise(struct model *model)
{
    int64_t expected = model->registered ? 0 : HV_ENOENT;
    model->raised += model->registered;
    EXPECT(call(HV_CALL_IRQ_RAISE, model->vector, 0), expected, model, "RAISE");
}

static void try_ack(struct model *model)
{
    uint64_t count = below(outstanding(model) + 3);
    int64_t expected = model->registered ? HV_ERANGE : HV_ENOENT;
    if (model->registered && count <= outstanding(model)) {
        model->acknowledged += count;
        model->in_service = false;
        expected = (int64_t)outstanding(model);
    }
    EXPECT(call(HV_CALL_IRQ_ACK, model->vector, count), expected, model, "ACK");
}

static void try_stats(struct model *model)
{
    uint64_t words[6] = {7, 7, 7, 7, 7, 7};
    const uint64_t known[6] = {model->raised,      model->acknowledged, model->discarded,
                               outstanding(model), model->upcalls,      0};
    uint64_t size = below(64), whole = size / 8 < 6 ? size / 8 : 6;
    EXPECT(call(HV_CALL_IRQ_STATS, model->vector, words, size), whole * 8, model, "STATS");
    for (unsigned i = 0; i < 6; i++)
        EXPECT(words[i], i < whole ? known[i] : 7, model, "a word of the stats");
}

static void try_disable(struct model *model)
{
    (void)model;
    interrupts_disable();
    enabled = false;
}

static void try_enable(struct model *model)
{
    (void)model;
    enabled = true;
    interrupts_enable();
}

/* Where nothing would wake it, it yields instead. */
static void try_wait(struct model *model)
{
    int64_t expected = nothing_registered() ? HV_ENOENT : 0;
    if (expected == 0 && !eligible()) {
        EXPECT(call(HV_CALL_VCPU_YIELD), 0, model, "YIELD");
        return;
    }
    enabled |= expected == 0;
    EXPECT(call(HV_CALL_VCPU_WAIT), expected, model, "WAIT");
}

static void step(void)
{
    /* Some more often, so that not all is soon unregistered or masked. */
    static void (*const operations[])(struct model *) = {
        try_register, try_register, try_register, try_unregister, try_mask,  try_unmask,
        try_unmask,   try_raise,    try_raise,    try_raise,      try_raise, try_ack,
        try_ack,      try_stats,    try_disable,  try_enable,     try_wait};
    struct model *model = &models[below(ARRAY_LENGTH(models))];
    steps_left--;
    operations[below(ARRAY_LENGTH(operations))](model);
    EXPECT(PAGE->irq_pending != 0, eligible() != NULL, model, "irq_pending");
    EXPECT(PAGE->irq_disabled != 0, !enabled, model, "irq_disabled");
    EXPECT(enabled && eligible(), false, model, "an upcall that is due and did not come");
}

/* ---- upcalls ---- */

/* What the handler tells IRQ_RETURN: all, some or none; or nothing at all, so that the service goes
 * on; or another upcall's number. */
static void choose_return(struct hv_upcall *frame)
{
    switch (below(6)) {
    case 0:
        frame->vector = 0;
        break;
    case 1:
        frame->upcall ^= 1ul << below(64);
        break;
    case 2:
    case 3:
        frame->count = below(frame->count + 1);
        break;
    default:
        break;
    }
}

static void model_return(struct model *model, struct hv_upcall *frame)
{
    enabled = true;
    if (frame->vector == 0 || !model->in_service || model->upcalls != frame->upcall)
        return;
    model->acknowledged += frame->count;
    model->in_service = false;
}

static void on_any(struct hv_upcall *frame, struct registers *entry)
{
    struct model *model = eligible();
    (void)entry;
    upcalls++;
    if (!model || !enabled) {
        EXPECT(frame->vector, 0, &models[0], "an upcall that is not due");
        return;
    }
    enabled = false;
    model->in_service = true;
    model->upcalls++;
    EXPECT(frame->vector, model->vector, model, "the frame's vector");
    EXPECT(frame->count, outstanding(model), model, "its count");
    EXPECT(frame->upcall, model->upcalls, model, "its upcall");
    depth++;
    for (uint64_t steps = below(4); steps > 0 && steps_left > 0 && depth < DEEPEST; steps--)
        step();
    depth--;
    choose_return(frame);
    model_return(model, frame);
}

void run(void)
{
    uint64_t steps = argument("steps", 50000);
    on_upcall = on_any;
    for (steps_left = steps; steps_left > 0;)
        step();
    IS(wrong, 0, "%lu operations: nothing but what the model foretells", steps);
    OK(upcalls > steps / 20, "with %lu upcalls", upcalls);
    interrupts_disable();
    for (unsigned i = 0; i < ARRAY_LENGTH(models); i++)
        OK(models[i].acknowledged > 0 && models[i].discarded > 0, "vector %u: %lu raised",
           models[i].vector, models[i].raised);
}
