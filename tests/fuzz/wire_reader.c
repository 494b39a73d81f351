/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "wire_reader.h"
#include "fuzz.h"

#define TEXT  (1 << 17) /* bytes that a speaker may write in one run */
#define LINES 4096      /* own lines in one run */

const unsigned speaker_ids[SPEAKERS] = {0, 1, 31, 32, 63};
const char *const speaker_names[SPEAKERS + 1] = {"a", "b",     "a-b_0", "fifteen-letters",
                                                 "z", "Belfry"};

static struct speaker {
    uint8_t text[TEXT];
    bool report[TEXT]; /* the byte is a report's */
    unsigned written, read;
    bool torn; /* its last line was ended without a newline of its own */
} speakers[SPEAKERS];

static struct {
    char text[512];
    bool must;
} lines[LINES];
static unsigned line_count, lines_read;

#define NOBODY (OWN + 1) /* its name is not complete */

/* The line that is on the wire: whose it is; its text, while that is a name or an own line's; how
 * many bytes of an escape were read; the byte before. */
static unsigned speaker, length, escape;
static char line[600];
static uint8_t last;
static bool draining;

void reader_init(void)
{
    for (unsigned i = 0; i < SPEAKERS; i++)
        speakers[i].written = speakers[i].read = speakers[i].torn = 0;
    line_count = lines_read = length = escape = 0;
    speaker = NOBODY;
    last = '\n';
    draining = false;
}

/* ---- what is written ---- */

static void write_byte(unsigned i, uint8_t byte, bool report)
{
    struct speaker *of = &speakers[i];

    expect(of->written < TEXT);
    of->report[of->written] = report;
    of->text[of->written++] = byte;
}

void reader_wrote(unsigned i, const uint8_t *bytes, unsigned count)
{
    for (unsigned at = 0; at < count; at++)
        write_byte(i, bytes[at], false);
}

/* A line of its own. */
void reader_reported(unsigned i, const char *text)
{
    const struct speaker *of = &speakers[i];

    if (of->written > 0 && of->text[of->written - 1] != '\n')
        write_byte(i, '\n', true);
    for (; *text != '\0'; text++)
        write_byte(i, (uint8_t)*text, true);
    write_byte(i, '\n', true);
}

void reader_printed(const char *text, bool must)
{
    expect(line_count < LINES);
    snprintf(lines[line_count].text, sizeof(lines[0].text), "%s", text);
    lines[line_count++].must = must;
}

/* ---- what is read ---- */

static bool next_is_newline(const struct speaker *of)
{
    return of->read < of->written && of->text[of->read] == '\n';
}

/* The newline that a torn line has had already is not shown. */
static void skip_newline(struct speaker *of)
{
    if (of->torn && next_is_newline(of))
        of->read++;
    of->torn = false;
}

static bool others_wait(unsigned i)
{
    for (unsigned other = 0; other < SPEAKERS; other++)
        if (other != i && speakers[other].read < speakers[other].written)
            return true;
    return lines_read < line_count;
}

static void end_partition_line(unsigned i)
{
    struct speaker *of = &speakers[i];

    expect(escape == 0);
    if (next_is_newline(of)) {
        of->read++;
        return;
    }
    expect(draining || others_wait(i));
    of->torn = true;
}

/* How many lines this one says were dropped, or 0. */
static unsigned long dropped(const char *text)
{
    char *end;
    unsigned long count = strtoul(text, &end, 10);

    return strcmp(end, " lines of Belfry's were dropped here") == 0 ? count : 0;
}

/* An own line: the next one, or how many were dropped before it. */
static void end_own_line(const char *text)
{
    unsigned long count = dropped(text);

    expect(count <= line_count - lines_read);
    for (unsigned long i = 0; i < count; i++)
        expect(!lines[lines_read++].must);
    if (count > 0)
        return;
    expect(lines_read < line_count);
    expect(strcmp(text, lines[lines_read++].text) == 0);
}

static void end_line(void)
{
    expect(last == '\r' && speaker <= OWN);
    line[length] = '\0';
    if (speaker == OWN)
        end_own_line(line + strlen("Belfry: "));
    else
        end_partition_line(speaker);
    length = 0;
    speaker = NOBODY;
}

/* An own line that waits comes before a partition's. */
static void begin_line(uint8_t byte)
{
    if (byte != 'B' && lines_read < line_count)
        expect(!lines[lines_read].must);
}

/* A byte of a name, or of an own line. */
static void keep(uint8_t byte)
{
    expect(length < sizeof(line) - 1);
    line[length++] = (char)byte;
}

/* After the ": ". */
static void end_name(void)
{
    for (speaker = 0; speaker <= OWN; speaker++) {
        size_t name = strlen(speaker_names[speaker]);
        if (length == name + 2 && memcmp(line, speaker_names[speaker], name) == 0)
            break;
    }
    expect(speaker <= OWN);
    if (speaker != OWN)
        skip_newline(&speakers[speaker]);
}

static bool is_shown_as_it_is(uint8_t byte)
{
    return byte == '\t' || (byte >= 0x20 && byte <= 0x7E);
}

static void read_byte(struct speaker *of, uint8_t byte)
{
    char shown[8];

    expect(of->read < of->written);
    uint8_t next = of->text[of->read];
    expect(next != '\n');
    if (is_shown_as_it_is(next)) {
        expect(byte == next);
        of->read++;
        return;
    }
    snprintf(shown, sizeof(shown), "\\x%02X", next);
    expect(byte == (uint8_t)shown[escape]);
    escape = (escape + 1) % 4;
    of->read += escape == 0;
}

static void read_shown(uint8_t byte)
{
    expect(is_shown_as_it_is(byte));
    if (speaker < OWN) {
        read_byte(&speakers[speaker], byte);
        return;
    }
    keep(byte);
    if (speaker == NOBODY && last == ':' && byte == ' ')
        end_name();
}

void reader_byte(uint8_t byte)
{
    if (last == '\n')
        begin_line(byte);
    if (byte == '\n')
        end_line();
    else
        expect(last != '\r');
    if (byte != '\r' && byte != '\n')
        read_shown(byte);
    last = byte;
}

/* ---- what is still to be read ---- */

static unsigned waiting(unsigned i, bool report)
{
    const struct speaker *of = &speakers[i];
    unsigned count = 0;

    for (unsigned at = of->read; at < of->written; at++)
        count += of->report[at] == report;
    return count;
}

unsigned reader_waiting(unsigned i)
{
    return waiting(i, false);
}

unsigned reader_reports_waiting(unsigned i)
{
    return waiting(i, true);
}

unsigned reader_own_waiting(void)
{
    unsigned count = 0;

    for (unsigned i = lines_read; i < line_count; i++)
        count += (unsigned)strlen(lines[i].text) + 1;
    return count;
}

unsigned reader_written(unsigned i)
{
    return speakers[i].written;
}

/* The newline of a torn line may have been left out already. */
void reader_expect_read(unsigned i, unsigned count)
{
    const struct speaker *of = &speakers[i];

    expect(of->read + (of->torn && next_is_newline(of)) >= count);
}

void reader_expect_lines(void)
{
    for (unsigned i = 0; i < SPEAKERS; i++) {
        unsigned end = speakers[i].written;
        while (end > 0 && speakers[i].text[end - 1] != '\n')
            end--;
        reader_expect_read(i, end);
    }
    expect(lines_read == line_count);
}

void reader_expect_all(void)
{
    for (unsigned i = 0; i < SPEAKERS; i++)
        reader_expect_read(i, speakers[i].written);
    expect(lines_read == line_count);
}

void reader_drains(bool drains)
{
    draining = drains;
    if (!drains)
        expect(last == '\n');
}
