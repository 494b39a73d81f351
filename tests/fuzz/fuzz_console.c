/* SPDX-License-Identifier: BSD-2-Clause */
/* The console: writers of any bytes in any order, a wire that takes what it likes, and a reader
 * that knows what was written. */
#include <string.h>
#include "belfry/hv_abi.h"
#include "fuzz.h"
#include "hv/arch.h"
#include "hv/check.h"
#include "hv/console.h"
#include "wire_reader.h"

#define PACE 3

/* ---- the wire ---- */

static unsigned room;  /* what it says that it takes */
static unsigned taken; /* since it was asked */

unsigned arch_console_room(void)
{
    taken = 0;
    return room;
}

void arch_console_put(uint8_t byte)
{
    taken++;
    expect(taken <= room && taken <= CONSOLE_STEP);
    reader_byte(byte);
}

_Noreturn void check_failed(const char *condition, const char *file, int line)
{
    expect_failed(condition, file, line);
}

/* ---- writers ---- */

static unsigned flushed[SPEAKERS]; /* how much each had written when it was flushed */

static void do_write(struct input *input, unsigned speaker)
{
    uint8_t bytes[256];
    unsigned count = input_byte(input), left = console_room(speaker_ids[speaker]);

    if (count > left)
        count = left;
    for (unsigned i = 0; i < count; i++)
        bytes[i] = input_byte(input);
    console_write(speaker_ids[speaker], bytes, count);
    reader_wrote(speaker, bytes, count);
}

/* Much of the same, to come to the end of a ring. */
static void do_fill(struct input *input, unsigned speaker)
{
    uint8_t bytes[HV_CONSOLE_MAX];
    unsigned left = console_room(speaker_ids[speaker]),
             count = input_below(input, 65536) % (left + 1);
    uint8_t first = input_byte(input), step = input_byte(input);

    for (unsigned i = 0; i < count; i++)
        bytes[i] = (uint8_t)(first + i * step);
    console_write(speaker_ids[speaker], bytes, count);
    reader_wrote(speaker, bytes, count);
}

/* Refused where the last one waits. What is on the wire by half may be the last of it. */
static void do_report(struct input *input, unsigned speaker)
{
    char text[192];
    unsigned count = input_byte(input) % sizeof(text), waiting = reader_reports_waiting(speaker);

    memset(text, 'r', count);
    text[count] = '\0';
    bool done = console_report(speaker_ids[speaker], text);
    expect(done ? waiting <= 2 : waiting > 0);
    if (done)
        reader_reported(speaker, text);
}

static void do_print(struct input *input)
{
    static unsigned number;
    char text[OWN_MIN + 511];
    unsigned count = OWN_MIN + input_byte(input) * 2u % 511;

    memset(text, 'o', count);
    text[count] = '\0';
    text[number++ % OWN_MIN] = 'O';
    text[511] = '\0'; /* cut there */
    bool must = reader_own_waiting() + strlen(text) + 1 + OWN_MIN <= 8192;
    console_print("%s", text);
    reader_printed(text, must);
}

static void do_flush(unsigned speaker)
{
    console_flush(speaker_ids[speaker]);
    flushed[speaker] = reader_written(speaker);
}

/* What a guest may write is what its 4 KiB leave; of a byte or two it can't be said from outside
 * whether they are there still: the newline behind a line that was ended for another's text is left
 * out, and what is left of an escape or a name may be on its way. */
static void expect_room(void)
{
    for (unsigned i = 0; i < SPEAKERS; i++) {
        unsigned left = console_room(speaker_ids[i]), waits = reader_waiting(i);
        expect(left <= HV_CONSOLE_MAX && left + waits + 1 >= HV_CONSOLE_MAX);
        expect(left + waits <= HV_CONSOLE_MAX + 2);
    }
}

/* ---- showing ---- */

static void do_step(unsigned space)
{
    room = space;
    taken = 0;
    bool more = console_step();
    expect(more == console_busy());
}

/* All that need not wait. */
static void run(unsigned space)
{
    for (unsigned steps = 0; console_busy(); steps++) {
        expect(steps < 100000);
        do_step(space);
    }
    reader_expect_lines();
    for (unsigned i = 0; i < SPEAKERS; i++)
        reader_expect_read(i, flushed[i]);
}

/* So long that no partial line waits any more. */
static void settle(unsigned space)
{
    run(space);
    for (unsigned ticks = 0; ticks < 2 * PACE; ticks++)
        console_tick();
    run(space);
    reader_expect_all();
}

static void drain(unsigned space)
{
    room = space;
    reader_drains(true);
    console_drain();
    reader_expect_all();
    reader_drains(false);
    expect(!console_busy());
}

/* ---- any order ---- */

static void step(struct input *input)
{
    unsigned operation = input_byte(input), argument = operation / 16,
             speaker = argument % SPEAKERS;

    switch (operation % 16) {
    case 0:
    case 1:
    case 2:
        do_write(input, speaker);
        return;
    case 3:
        do_fill(input, speaker);
        return;
    case 4:
        do_report(input, speaker);
        return;
    case 5:
        do_print(input);
        return;
    case 6:
        do_flush(speaker);
        return;
    case 7:
        console_tick();
        return;
    case 8:
        run(1 + argument);
        return;
    case 9:
        settle(1 + 2 * argument);
        return;
    case 10:
        drain(1 + argument);
        return;
    default:
        for (unsigned steps = operation % 16 - 10; steps > 0; steps--)
            do_step(argument * 2);
        return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = input_expanded(data, size);

    console_init();
    console_pace(PACE);
    reader_init();
    memset(flushed, 0, sizeof(flushed));
    for (unsigned i = 0; i < SPEAKERS; i++)
        console_name(speaker_ids[i], speaker_names[i]);
    while (input_left(&input)) {
        step(&input);
        expect_room();
    }
    settle(16);
    drain(16);
    return 0;
}
