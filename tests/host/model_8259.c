/* SPDX-License-Identifier: BSD-2-Clause */
#include "model_8259.h"
#include <stdio.h>
#include <stdlib.h>

#define CASCADE 2

struct chip {
    uint8_t inputs; /* as they are now */
    uint8_t edges;  /* rose, and did not fall or get acknowledged since */
    uint8_t level;  /* which are level-triggered */
    uint8_t isr;
    uint8_t imr;
    uint8_t base;
    unsigned icw; /* the next initialization word expected at the data port; 0: none */
    uint8_t icw3;
    uint8_t icw4;
    bool initialised;
    bool read_isr;
};

static struct chip chips[2];
static uint8_t elcr[2];
static unsigned falls;

struct model_write model_8259_writes[64];
unsigned model_8259_write_count;
unsigned model_8259_read_count;

static void broken(const char *what, unsigned value)
{
    fprintf(stderr, "8259 model: %s: 0x%x\n", what, value);
    abort();
}

static uint8_t requests(const struct chip *chip)
{
    return chip->inputs & (chip->edges | chip->level);
}

/* The input that is to be served: not masked, and above all that is in service; 8 where none is. */
static unsigned best(const struct chip *chip)
{
    for (unsigned input = 0; input < 8 && !(chip->isr >> input & 1); input++) {
        if (requests(chip) & ~chip->imr & 1u << input)
            return input;
    }
    return 8;
}

static void drive(struct chip *chip, unsigned input, bool high)
{
    uint8_t bit = (uint8_t)(1u << input);
    bool was = chip->inputs & bit;

    if (high && !was)
        chip->edges |= bit;
    if (!high)
        chip->edges &= (uint8_t)~bit;
    chip->inputs = (uint8_t)(high ? chip->inputs | bit : chip->inputs & ~bit);
}

/* The slave's INT is the master's input 2. */
static void update_cascade(void)
{
    drive(&chips[0], CASCADE, chips[1].initialised && best(&chips[1]) < 8);
}

/* Sets the in-service bit of what is served, and answers its input; 7 without it where the request
 * is gone. */
static unsigned serve(struct chip *chip)
{
    unsigned input = best(chip);

    if (input == 8)
        return 7;
    chip->isr |= (uint8_t)(1u << input);
    chip->edges &= (uint8_t) ~(1u << input);
    return input;
}

void model_8259_reset(uint16_t levels)
{
    for (unsigned i = 0; i < 2; i++) {
        chips[i] = (struct chip){.level = 0};
        elcr[i] = (uint8_t)(levels >> 8 * i);
        chips[i].level = elcr[i];
    }
    falls = MODEL_NO_LINE;
    model_8259_forget();
}

void model_8259_forget(void)
{
    model_8259_write_count = 0;
    model_8259_read_count = 0;
}

void model_8259_input(unsigned line, bool high)
{
    drive(&chips[line / 8], line % 8, high);
    update_cascade();
}

void model_8259_fall_in_cycle(unsigned line)
{
    falls = line;
}

bool model_8259_requests(void)
{
    return chips[0].initialised && best(&chips[0]) < 8;
}

uint8_t model_8259_acknowledge(void)
{
    unsigned input = serve(&chips[0]);
    struct chip *answering = &chips[0];

    if (falls != MODEL_NO_LINE)
        drive(&chips[falls / 8], falls % 8, false);
    falls = MODEL_NO_LINE;
    if (chips[0].isr >> input & chips[0].icw3 >> input & 1) {
        answering = &chips[1];
        input = serve(answering);
    }
    update_cascade();
    return (uint8_t)(answering->base + input);
}

static void start(struct chip *chip, uint8_t icw1)
{
    uint8_t inputs = chip->inputs;

    if (icw1 != 0x11)
        broken("ICW1 is not edge, cascade, ICW4", icw1);
    *chip = (struct chip){.inputs = inputs, .icw = 2};
    chip->level = elcr[chip - chips];
}

static void end_of_interrupt(struct chip *chip)
{
    chip->isr &= (uint8_t)(chip->isr - 1); /* the lowest bit is the highest in priority */
}

static void command(struct chip *chip, uint8_t value)
{
    if (value & 0x10)
        start(chip, value);
    else if ((value & 0x18) == 0x08)
        chip->read_isr = (value & 3) == 3;
    else if (value == 0x20)
        end_of_interrupt(chip);
    else
        broken("OCW2 is not a non-specific EOI", value);
}

static void data(struct chip *chip, uint8_t value)
{
    switch (chip->icw) {
    case 2:
        chip->base = value & 0xF8;
        chip->icw = 3;
        break;
    case 3:
        chip->icw3 = value;
        chip->icw = 4;
        break;
    case 4:
        chip->icw4 = value;
        chip->icw = 0;
        chip->initialised = true;
        if (value != 1)
            broken("ICW4 is not 8086, normal EOI", value);
        if (chip->icw3 != (chip == chips ? 1 << CASCADE : CASCADE))
            broken("ICW3", chip->icw3);
        break;
    default:
        chip->imr = value;
    }
}

void model_8259_write(uint16_t port, uint8_t value)
{
    struct chip *chip = &chips[port >> 7 & 1];

    if (model_8259_write_count == 64)
        broken("more writes than are kept", port);
    model_8259_writes[model_8259_write_count++] = (struct model_write){port, value};
    if (port == 0x20 || port == 0xA0)
        command(chip, value);
    else if (port == 0x21 || port == 0xA1)
        data(chip, value);
    else
        broken("a write to port", port);
    update_cascade();
}

uint8_t model_8259_read(uint16_t port)
{
    struct chip *chip = &chips[port >> 7 & 1];

    model_8259_read_count++;
    if (port == 0x20 || port == 0xA0)
        return chip->read_isr ? chip->isr : requests(chip);
    if (port == 0x21 || port == 0xA1)
        return chip->imr;
    if (port == 0x4D0 || port == 0x4D1)
        return elcr[port & 1];
    broken("a read of port", port);
    return 0xFF;
}

uint16_t model_8259_in_service(void)
{
    return (uint16_t)(chips[0].isr | chips[1].isr << 8);
}

uint16_t model_8259_masks(void)
{
    return (uint16_t)(chips[0].imr | chips[1].imr << 8);
}
