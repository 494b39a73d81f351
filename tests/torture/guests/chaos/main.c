/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One life: deeds until one is a fault, or until `until`, in ms of the TSC after power-on. With
 * `trace` each deed's letter goes to that port, and a newline as the life begins. `seed`; `ports`:
 * the first of eight that were granted; `vectors`: 1 where 48 to 55 and lines 0 and 3 were. `sweep`
 * tries a list instead, an item in each life, every `step`th.
 */
#include "chaos.h"

static const struct deed *const lists[] = {call_deeds, memory_deeds, cpu_deeds};

static uint64_t first_port, granted;

void trace(char letter)
{
    if (trace_port)
        out8(trace_port, (uint8_t)letter);
}

bool has_port(uint64_t port)
{
    return (trace_port && port == trace_port) || (first_port && port - first_port < 8);
}

bool has_vectors(void)
{
    return granted;
}

bool is_watched(void)
{
    if (granted)
        arm_watch();
    return granted;
}

void arm_watch(void)
{
    call(HV_CALL_IRQ_UNREGISTER, HV_VECTOR_PIT);
    call(HV_CALL_IRQ_REGISTER, HV_VECTOR_PIT, watch_entry);
    PAGE->irq_disabled = 0;
}

void got_through(const char *what, uint64_t number)
{
    trace('!');
    say("GOT THROUGH: %s 0x%lx", what, number);
}

static uint64_t sum_of_weights(void)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++)
        for (const struct deed *deed = lists[i]; deed->letter; deed++)
            sum += deed->weight;
    return sum;
}

static const struct deed *find_deed(uint64_t place)
{
    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++)
        for (const struct deed *deed = lists[i]; deed->letter; deed++) {
            if (place < deed->weight)
                return deed;
            place -= deed->weight;
        }
    return &call_deeds[0];
}

static void do_deed(const struct deed *deed)
{
    if (deed->hangs && !is_watched())
        return;
    trace(deed->letter);
    deed_age = 0;
    deed->run();
}

static void fill_noise(void)
{
    const char *from = slots + below((uint64_t)(slots_end - slots) - NOISE_SIZE);
    __builtin_memcpy(arena.noise, from, NOISE_SIZE);
}

/* A fault's line goes to the wire 8 bytes a tick, and the next life's can't be said before. Each
 * write lets the console take another step. */
static void help_console(void)
{
    for (unsigned i = 0; i < 14; i++)
        call(HV_CALL_CONSOLE_WRITE, ".", 1);
}

static void live(void)
{
    uint64_t until = argument("until", 100) * 1000000, weights = sum_of_weights();
    trace_port = (uint16_t)argument("trace", 0);
    first_port = argument("ports", 0);
    granted = argument("vectors", 0);
    trace('\n');
    if (rdtsc() >= until)
        call(HV_CALL_PARTITION_EXIT, 0);
    if (argument("sweep", 0)) {
        help_console();
        sweep(argument("sweep", 0), argument("step", 1));
    }
    draw_from(argument("seed", 1), PAGE->restarts);
    fill_noise();
    help_console();
    while (rdtsc() < until)
        do_deed(find_deed(below(weights)));
    call(HV_CALL_PARTITION_EXIT, 0);
}

void run(void)
{
    call_below(live);
}
