/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/console.h"
#include <string.h>
#include "hv/arch.h"
#include "hv/check.h"
#include "hv/config.h"
#include "hv/console_source.h"
#include "hv/console_turns.h"
#include "hv/format.h"

#define OWN         CONFIG_PARTITIONS /* the hypervisor, as a speaker after the partitions */
#define LINE        512               /* the longest own line, with its NUL */
#define DRAIN_POLLS 1000000           /* about a second of asking a wire that takes nothing */

/* Bytes in which one step looks for newlines: so many more than it shows that everybody's next line
 * is found by the time of his turn; and some kept for when the wire would go unused. */
#define SCAN_FIRST 40
#define SCAN_SPARE 20

static struct turns turns;
static struct source own; /* whole lines only, always released: it needs no scans */
static unsigned dropped;  /* own lines, not told yet */
static bool unshown;

static struct {
    unsigned speaker; /* whose line is, or was last, on the wire */
    bool holds;       /* the speaker has not shown yet all that was released for it */
    bool line_open;   /* no newline was shown since its name */
    uint32_t spare;   /* of SCAN_SPARE in this step */
    unsigned length;  /* a unit: what one byte, or the beginning of a line, became */
    unsigned at;      /* what of it was put */
    char unit[2 + CONFIG_NAME_SIZE + 2];
    uint64_t put; /* bytes ever */
} wire;

void console_init(void)
{
    turns_init(&turns, CONSOLE_PARTIAL);
    source_init(&own);
    own.name = "Belfry";
    memset(&wire, 0, sizeof(wire));
    dropped = 0;
    unshown = false;
}

void console_pace(uint32_t ticks)
{
    turns_pace(&turns, ticks ? ticks : 1);
}

void console_name(unsigned source, const char *name)
{
    turns.sources[source].name = name;
}

/* ---- writing -------------------------------------------------------------------------------- */

unsigned console_room(unsigned source)
{
    return source_room(&turns.sources[source]);
}

void console_write(unsigned source, const uint8_t *bytes, unsigned length)
{
    CHECK(length <= console_room(source));
    if (length == 0)
        return;
    unshown = true;
    source_append(&turns.sources[source], bytes, length);
    turns_written(&turns, source);
}

bool console_report(unsigned source, const char *text)
{
    if (!source_report(&turns.sources[source], text))
        return false;
    unshown = true;
    turns_written(&turns, source);
    return true;
}

static bool print_line(const char *text)
{
    uint32_t length = (uint32_t)strlen(text);

    if (SOURCE_RING - source_used(&own) < length + 1)
        return false;
    unshown = true;
    source_append(&own, text, length);
    source_append(&own, "\n", 1);
    own.released = own.scanned = own.tail;
    return true;
}

/* Says how many own lines were dropped, if any were; false where there is no space for that. */
static bool say_dropped(void)
{
    char line[48];

    if (dropped == 0)
        return true;
    format_text(line, sizeof(line), "%u lines of Belfry's were dropped here", dropped);
    if (!print_line(line))
        return false;
    dropped = 0;
    return true;
}

void console_print(const char *format, ...)
{
    char line[LINE];
    va_list list;

    va_start(list, format);
    format_list(line, sizeof(line), format, list);
    va_end(list);
    if (!say_dropped() || !print_line(line))
        dropped++;
}

void console_flush(unsigned source)
{
    turns_flush(&turns, source);
}

/* ---- showing -------------------------------------------------------------------------------- */

static struct source *speaker(void)
{
    return wire.speaker == OWN ? &own : &turns.sources[wire.speaker];
}

static uint8_t take(void)
{
    struct source *source = speaker();
    uint8_t byte = source_peek(source);

    source->head++;
    wire.holds = source->head != source->released;
    if (!wire.holds && wire.speaker != OWN)
        turns_shown(&turns, wire.speaker);
    return byte;
}

static void add(char c)
{
    wire.unit[wire.length++] = c;
}

static void end_line(void)
{
    add('\r');
    add('\n');
    wire.line_open = false;
}

static void tear_line(void)
{
    speaker()->torn = true;
    end_line();
}

static void begin_line(void)
{
    struct source *source = speaker();
    bool torn = source->torn;

    source->torn = false;
    if (torn && source_peek(source) == '\n') {
        take(); /* this line was ended already */
        return;
    }
    for (unsigned i = 0; i < CONFIG_NAME_SIZE && source->name[i] != '\0'; i++)
        add(source->name[i]);
    add(':');
    add(' ');
    wire.line_open = true;
}

static void add_escaped(uint8_t byte)
{
    static const char digits[] = "0123456789ABCDEF";

    add('\\');
    add('x');
    add(digits[byte >> 4]);
    add(digits[byte & 15]);
}

static void show(uint8_t byte)
{
    if (byte == '\n')
        end_line();
    else if (byte == '\t' || (byte >= 0x20 && byte <= 0x7E))
        add((char)byte);
    else
        add_escaped(byte);
}

/* Finds who speaks next: the hypervisor first, then the partitions in turn, a line each. */
static bool choose(unsigned *next)
{
    if (source_used(&own) == 0)
        say_dropped();
    if (source_used(&own) > 0) {
        *next = OWN;
        return true;
    }
    if (turns.ready == 0)
        wire.spare = turns_scan(&turns, wire.spare);
    if (turns.ready == 0)
        return false;
    *next = turns_next(&turns);
    return true;
}

/* Makes the next unit: that of one byte or of a line's beginning. It is empty where all that
 * happened is that a byte was left out. False where nothing is to be shown. */
static bool next_unit(void)
{
    unsigned next = wire.speaker;

    wire.at = wire.length = 0;
    if (!wire.holds && !choose(&next))
        return false;
    if (wire.line_open && next != wire.speaker)
        tear_line();
    wire.speaker = next;
    wire.holds = true;
    if (wire.line_open)
        show(take());
    else
        begin_line();
    return true;
}

static bool unit_left(void)
{
    return wire.at < wire.length;
}

bool console_busy(void)
{
    return turns.ready || turns_to_scan(&turns) || own.head != own.tail || unit_left() ||
           dropped > 0;
}

bool console_unshown(void)
{
    return unshown;
}

void console_tick(void)
{
    turns_tick(&turns);
}

bool console_step(void)
{
    unsigned room;

    if (!console_busy())
        return false;
    turns_scan(&turns, SCAN_FIRST); /* also while somebody speaks */
    wire.spare = SCAN_SPARE;
    room = arch_console_room();
    if (room > CONSOLE_STEP)
        room = CONSOLE_STEP;
    for (; room > 0 && (unit_left() || next_unit()); room--) {
        if (!unit_left())
            continue;
        arch_console_put((uint8_t)wire.unit[wire.at++]);
        wire.put++;
    }
    bool busy = console_busy();
    unshown = busy || turns.waiting != 0;
    return busy;
}

/* ---- waiting for the wire ------------------------------------------------------------------- */

/* A step; where nothing is left to show, ends the last line. False when that is done as well. */
static bool drain_step(void)
{
    if (console_step())
        return true;
    if (!wire.line_open)
        return false;
    wire.at = wire.length = 0;
    tear_line();
    return true;
}

void console_drain(void)
{
    turns_flush_all(&turns);
    for (unsigned polls = 0; polls < DRAIN_POLLS; polls++) {
        uint64_t before = wire.put;

        if (!drain_step())
            return;
        if (wire.put != before)
            polls = 0;
    }
}
