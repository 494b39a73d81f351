/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/console.h"
#include <string.h>
#include "belfry/hv_abi.h"
#include "hv/arch.h"
#include "hv/bitmap.h"
#include "hv/check.h"
#include "hv/config.h"
#include "hv/format.h"

/* A power of two, so that positions may wrap. A guest's 4096 bytes and one report fit; the rest is
 * for the hypervisor's own lines alone. */
#define RING        8192
#define REPORT_TEXT 191 /* bytes, with a newline before and one after */
_Static_assert(HV_CONSOLE_MAX + REPORT_TEXT + 2 <= RING, "a report fits behind a guest's bytes");

#define OWN     CONFIG_PARTITIONS /* the hypervisor's own source, after the partitions' */
#define SOURCES (CONFIG_PARTITIONS + 1)
_Static_assert(CONFIG_PARTITIONS <= 64, "sets of partitions are words");

#define SCAN        32      /* bytes in which one scan looks for a newline */
#define LINE        512     /* the longest own line, with its NUL */
#define DRAIN_POLLS 1000000 /* about a second of asking a wire that takes nothing */

/*
 * Who wrote what. Positions only grow: head <= released <= scanned <= tail. What lies before
 * `released` goes to the wire without a break: one line, or what there is of one that waits no
 * longer. Nobody looks for newlines when bytes are written, which would take thousands of
 * instructions: scans of a bounded length do, one line ahead of the wire.
 */
struct source {
    const char *name;
    uint64_t head;     /* what was shown */
    uint64_t released; /* what may be shown */
    uint64_t scanned;  /* what was searched for a newline */
    uint64_t tail;     /* what was written */
    uint64_t report_end;
    uint32_t report_length; /* of the last report, which may have been shown by now */
    bool torn;              /* its last line was ended for another's text */
    uint8_t bytes[RING];
};

static struct source sources[SOURCES];

/* Sets of partitions: bit n is partition n. */
static struct {
    uint64_t ready;   /* have released bytes */
    uint64_t unread;  /* have bytes not scanned */
    uint64_t found;   /* are scanned to the end of a line that is not released yet */
    uint64_t waiting; /* have a partial line, scanned and not released */
    uint64_t aged;    /* of these: waited at the end of the last period already */
    uint64_t due;     /* their partial lines are not to wait */
    unsigned scan;    /* who was scanned last */
    unsigned turn;    /* who of them spoke last */
} partitions;

static struct {
    unsigned speaker; /* whose line is, or was last, on the wire */
    bool holds;       /* the speaker has not shown yet all that was released for it */
    bool line_open;   /* no newline was shown since its name */
    unsigned length;  /* a unit: what one byte, or the beginning of a line, became */
    unsigned at;      /* what of it was put */
    char unit[2 + CONFIG_NAME_SIZE + 2];
    uint64_t put; /* bytes ever */
} wire;

static struct {
    uint32_t period; /* ticks */
    uint32_t left;   /* of this period */
} pace;

static unsigned dropped; /* own lines, not reported yet */

void console_init(void)
{
    for (unsigned i = 0; i < SOURCES; i++) {
        struct source *source = &sources[i];

        source->name = "";
        source->head = source->released = source->scanned = source->tail = 0;
        source->report_end = source->report_length = 0;
        source->torn = false;
        source->bytes[RING - 1] = '\n'; /* before its first byte: a line can begin here */
    }
    sources[OWN].name = "Belfry";
    memset(&partitions, 0, sizeof(partitions));
    memset(&wire, 0, sizeof(wire));
    dropped = 0;
    console_pace(CONSOLE_PARTIAL);
}

void console_pace(uint32_t ticks)
{
    pace.period = pace.left = ticks ? ticks : 1;
}

void console_name(unsigned source, const char *name)
{
    sources[source].name = name;
}

/* ---- writing -------------------------------------------------------------------------------- */

static uint32_t used(const struct source *source)
{
    return (uint32_t)(source->tail - source->head);
}

/* The bytes not shown yet that are a report's. */
static uint32_t report_left(const struct source *source)
{
    if (source->report_end <= source->head)
        return 0;
    uint64_t left = source->report_end - source->head;
    return left < source->report_length ? (uint32_t)left : source->report_length;
}

static void append(struct source *source, const void *bytes, uint32_t length)
{
    uint32_t at = (uint32_t)(source->tail % RING);
    uint32_t first = length < RING - at ? length : RING - at;

    memcpy(source->bytes + at, bytes, first);
    memcpy(source->bytes, (const uint8_t *)bytes + first, length - first);
    source->tail += length;
}

unsigned console_room(unsigned source)
{
    return HV_CONSOLE_MAX - (used(&sources[source]) - report_left(&sources[source]));
}

void console_write(unsigned source, const uint8_t *bytes, unsigned length)
{
    CHECK(length <= console_room(source));
    if (length == 0)
        return;
    append(&sources[source], bytes, length);
    partitions.unread = bit_set(partitions.unread, source);
}

bool console_report(unsigned source, const char *text)
{
    struct source *to = &sources[source];
    uint64_t start = to->tail;
    size_t length = strlen(text);

    CHECK(length <= REPORT_TEXT);
    if (report_left(to) > 0)
        return false;
    if (to->bytes[(to->tail - 1) % RING] != '\n')
        append(to, "\n", 1);
    append(to, text, (uint32_t)length);
    append(to, "\n", 1);
    to->report_end = to->tail;
    to->report_length = (uint32_t)(to->tail - start);
    partitions.unread = bit_set(partitions.unread, source);
    return true;
}

static bool print_line(const char *text)
{
    struct source *own = &sources[OWN];
    uint32_t length = (uint32_t)strlen(text);

    if (RING - used(own) < length + 1)
        return false;
    append(own, text, length);
    append(own, "\n", 1);
    own->released = own->scanned = own->tail; /* whole lines only: no scan is needed */
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

/* ---- finding lines -------------------------------------------------------------------------- */

static void release(unsigned i)
{
    sources[i].released = sources[i].scanned;
    partitions.ready = bit_set(partitions.ready, i);
    partitions.found = bit_clear(partitions.found, i);
    partitions.waiting = bit_clear(partitions.waiting, i);
    partitions.aged = bit_clear(partitions.aged, i);
    if (sources[i].released == sources[i].tail)
        partitions.due = bit_clear(partitions.due, i);
}

/* Decides what follows when all that was released has been shown. */
static void settle(unsigned i)
{
    bool partial = !bit_get(partitions.unread, i) && used(&sources[i]) > 0;
    bool at_once = bit_get(partitions.due, i) || console_room(i) == 0;

    if (bit_get(partitions.found, i) || (partial && at_once))
        release(i);
    else if (partial)
        partitions.waiting = bit_set(partitions.waiting, i);
}

/* Looks for a newline in the next bytes and remembers how far; true where it found one. */
static bool scan_line(struct source *source)
{
    uint64_t left = source->tail - source->scanned;
    uint64_t end = source->scanned + (left < SCAN ? left : SCAN);

    while (source->scanned != end) {
        if (source->bytes[source->scanned++ % RING] == '\n')
            return true;
    }
    return false;
}

static void scan(unsigned i)
{
    if (scan_line(&sources[i]))
        partitions.found = bit_set(partitions.found, i);
    if (sources[i].scanned == sources[i].tail)
        partitions.unread = bit_clear(partitions.unread, i);
    if (!bit_get(partitions.ready, i))
        settle(i);
}

/* Whose next line is to be found, and whose partial line is not to wait. */
static uint64_t to_scan(void)
{
    return (partitions.unread & ~partitions.found) | (partitions.waiting & partitions.due);
}

/* The next one of `set` (not empty) after `last`, round robin. */
static unsigned next_of(uint64_t set, unsigned last)
{
    uint64_t later = set & (UINT64_MAX << last << 1);

    return bit_first(later ? later : set);
}

static void scan_next(void)
{
    uint64_t set = to_scan();

    if (set == 0)
        return;
    partitions.scan = next_of(set, partitions.scan);
    scan(partitions.scan);
}

void console_flush(unsigned source)
{
    if (used(&sources[source]) > 0)
        partitions.due = bit_set(partitions.due, source);
}

bool console_tick(void)
{
    if (--pace.left > 0)
        return false;
    pace.left = pace.period;
    partitions.due |= partitions.aged;
    partitions.aged = partitions.waiting;
    return to_scan() != 0;
}

/* ---- showing -------------------------------------------------------------------------------- */

static void add(char c)
{
    wire.unit[wire.length++] = c;
}

static uint8_t take(void)
{
    struct source *source = &sources[wire.speaker];
    uint8_t byte = source->bytes[source->head++ % RING];

    if (source->head != source->released)
        return byte;
    wire.holds = false;
    if (wire.speaker == OWN)
        return byte;
    partitions.ready = bit_clear(partitions.ready, wire.speaker);
    settle(wire.speaker);
    return byte;
}

static void end_line(void)
{
    add('\r');
    add('\n');
    wire.line_open = false;
}

static void tear_line(void)
{
    sources[wire.speaker].torn = true;
    end_line();
}

static void begin_line(void)
{
    struct source *source = &sources[wire.speaker];
    bool torn = source->torn;

    source->torn = false;
    if (torn && source->bytes[source->head % RING] == '\n') {
        take(); /* this line was ended already */
        return;
    }
    for (unsigned i = 0; i < CONFIG_NAME_SIZE && source->name[i] != '\0'; i++)
        add(source->name[i]);
    add(':');
    add(' ');
    wire.line_open = true;
}

static void show(uint8_t byte)
{
    static const char digits[] = "0123456789ABCDEF";

    if (byte == '\n') {
        end_line();
    } else if (byte == '\t' || (byte >= 0x20 && byte <= 0x7E)) {
        add((char)byte);
    } else {
        add('\\');
        add('x');
        add(digits[byte >> 4]);
        add(digits[byte & 15]);
    }
}

static bool own_to_show(void)
{
    return sources[OWN].head != sources[OWN].released;
}

/* Finds who speaks next: the hypervisor first, then the partitions in turn, a line each. */
static bool choose(unsigned *next)
{
    if (!own_to_show())
        say_dropped();
    if (own_to_show()) {
        *next = OWN;
        return true;
    }
    if (partitions.ready == 0)
        scan_next();
    if (partitions.ready == 0)
        return false;
    *next = partitions.turn = next_of(partitions.ready, partitions.turn);
    return true;
}

/* Makes the next unit: that of one byte or of a line's beginning. It is empty where all that
 * happened is that a byte was left out. False where nothing is to be shown. */
static bool next_unit(void)
{
    unsigned next = wire.speaker;

    if (!wire.holds && !choose(&next))
        return false;
    wire.at = wire.length = 0;
    wire.holds = true;
    if (wire.line_open && next != wire.speaker)
        tear_line();
    wire.speaker = next;
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

static bool to_show(void)
{
    return unit_left() || own_to_show() || dropped > 0 || partitions.ready || to_scan();
}

bool console_step(void)
{
    unsigned room;

    if (!to_show())
        return false;
    scan_next(); /* also while somebody speaks, so that the next one's turn comes */
    room = arch_console_room();
    if (room > CONSOLE_STEP)
        room = CONSOLE_STEP;
    for (; room > 0; room--) {
        if (!unit_left() && !next_unit())
            break;
        if (!unit_left())
            continue;
        arch_console_put((uint8_t)wire.unit[wire.at++]);
        wire.put++;
    }
    return to_show();
}

void console_drain(void)
{
    unsigned polls = 0;

    partitions.due = UINT64_MAX;
    while (polls < DRAIN_POLLS) {
        uint64_t before = wire.put;

        if (!console_step()) {
            if (!wire.line_open)
                break;
            wire.at = wire.length = 0;
            tear_line();
        }
        polls = wire.put == before ? polls + 1 : 0;
    }
    partitions.due = 0;
}
