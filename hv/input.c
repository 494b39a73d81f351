/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/input.h"
#include <string.h>
#include "hv/arch.h"
#include "hv/console.h"
#include "hv/irq.h"
#include "hv/partition.h"

enum { CTRL_A = 1 };

/* What was typed for a partition and not read. Positions only grow; modulo the size they are
 * places. */
struct ring {
    uint8_t bytes[HV_INPUT_MAX];
    uint32_t head, tail;
};

static struct {
    unsigned line;
    unsigned listeners; /* partitions with `console` */
    uint8_t listener[CONFIG_PARTITIONS];
    unsigned focus; /* of these, whom the input is for */
    bool prefixed;  /* the last byte was Ctrl-A */
    struct ring rings[CONFIG_PARTITIONS];
} input = {.line = HV_LINES};

bool input_init(const struct config *config)
{
    memset(&input, 0, sizeof(input));
    input.line = HV_LINES;
    for (unsigned id = 0; id < config->partition_count; id++)
        if (config->partitions[id].console)
            input.listener[input.listeners++] = (uint8_t)id;
    if (input.listeners == 0)
        return false;
    input.line = config_console_line(config);
    arch_console_listen();
    return true;
}

unsigned input_line(void)
{
    return input.line;
}

/* What finds no room is dropped, as a keyboard does. */
static void keep(uint8_t byte)
{
    unsigned id = input.listener[input.focus];
    struct ring *ring = &input.rings[id];

    if (ring->tail - ring->head == HV_INPUT_MAX)
        return;
    ring->bytes[ring->tail++ % HV_INPUT_MAX] = byte;
    irq_raise(&vcpus[id], HV_VECTOR_CONSOLE);
}

static void choose(unsigned index)
{
    if (index >= input.listeners)
        return;
    input.focus = index;
    irq_look_next(); /* the console has something to show */
    console_print("input is for %s now", partitions[input.listener[index]].config->name);
    cpu.attention |= ATTEND_CONSOLE;
}

/* False where that took long, so that no more is to be done now. */
static bool take(uint8_t byte)
{
    bool prefixed = input.prefixed;

    input.prefixed = !prefixed && byte == CTRL_A;
    if (input.prefixed)
        return true;
    if (prefixed && byte >= '0' && byte <= '9') {
        choose(byte - '0');
        return false;
    }
    if (!prefixed || byte == CTRL_A)
        keep(byte);
    return true;
}

void input_take(void)
{
    for (unsigned i = 0; i < INPUT_STEP; i++) {
        int byte = arch_console_get();
        if (byte == ARCH_NO_INPUT)
            return;
        if (!take((uint8_t)byte))
            break;
    }
    arch_console_listen(); /* what is left interrupts again */
}

unsigned input_read(unsigned id, uint8_t *bytes, unsigned length)
{
    struct ring *ring = &input.rings[id];
    uint32_t waiting = ring->tail - ring->head, at = ring->head % HV_INPUT_MAX;
    uint32_t count = length < waiting ? length : waiting;
    uint32_t first = count < HV_INPUT_MAX - at ? count : HV_INPUT_MAX - at;

    memcpy(bytes, ring->bytes + at, first);
    memcpy(bytes + first, ring->bytes, count - first);
    ring->head += count;
    return count;
}
