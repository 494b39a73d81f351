/* SPDX-License-Identifier: BSD-2-Clause */
/* The console against a wire that takes what the test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "belfry/hv_abi.h"
#include "hv/arch.h"
#include "hv/check.h"
#include "hv/config.h"
#include "hv/console.h"

enum { A, B, C };
enum { LAST = CONFIG_PARTITIONS - 1 };

static struct {
    unsigned room;   /* what it says that it takes */
    bool random;     /* room changes with each question */
    unsigned asked;  /* how often */
    unsigned length; /* bytes put since wire_forget() */
    char text[1 << 21];
} wire;

unsigned arch_console_room(void)
{
    wire.asked++;
    if (wire.random)
        wire.room = (unsigned)rand() % 4 * ((unsigned)rand() % 8);
    return wire.room;
}

void arch_console_put(uint8_t byte)
{
    assert_true(wire.room > 0);
    assert_true(wire.length < sizeof(wire.text) - 1);
    wire.room -= wire.room < 1000;
    wire.text[wire.length++] = (char)byte;
    wire.text[wire.length] = '\0';
}

_Noreturn void check_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, condition);
    abort();
}

static void wire_forget(void)
{
    wire.length = 0;
    wire.text[0] = '\0';
}

static int set_up(void **state)
{
    static char names[CONFIG_PARTITIONS][CONFIG_NAME_SIZE];

    (void)state;
    memset(&wire, 0, sizeof(wire));
    wire.room = 1000;
    srand(1);
    console_init();
    for (unsigned i = 0; i < CONFIG_PARTITIONS; i++) {
        snprintf(names[i], sizeof(names[i]), "p%u", i);
        console_name(i, names[i]);
    }
    console_name(A, "a");
    console_name(B, "b");
    console_name(C, "fifteen-letters");
    return 0;
}

static void put(unsigned source, const char *text)
{
    assert_true(strlen(text) <= console_room(source));
    console_write(source, (const uint8_t *)text, (unsigned)strlen(text));
}

static void fill(unsigned source, char c, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        console_write(source, (const uint8_t *)&c, 1);
}

/* Steps until the console says that there is nothing to show. */
static void run(void)
{
    for (unsigned steps = 0; console_step(); steps++)
        assert_true(steps < 1000000);
}

static void ticks(unsigned count)
{
    while (count-- > 0)
        console_tick();
}

static void assert_shown(const char *expected)
{
    assert_string_equal(wire.text, expected);
    wire_forget();
}

static void assert_runs(const char *expected)
{
    run();
    assert_shown(expected);
}

/* ---- names and escapes ---------------------------------------------------------------------- */

static void each_line_begins_with_its_name(void **state)
{
    (void)state;
    put(A, "one\ntwo\n");
    assert_runs("a: one\r\na: two\r\n");
    put(C, "three\n");
    assert_runs("fifteen-letters: three\r\n");
    put(LAST, "\n");
    assert_runs("p63: \r\n");
}

static void every_byte_is_shown_as_promised(void **state)
{
    (void)state;
    for (unsigned value = 0; value < 256; value++) {
        uint8_t bytes[2] = {(uint8_t)value, '\n'};
        char expected[32];

        if (value == '\n')
            snprintf(expected, sizeof(expected), "a: \r\na: \r\n");
        else if (value == '\t' || (value >= 0x20 && value <= 0x7E))
            snprintf(expected, sizeof(expected), "a: %c\r\n", (char)value);
        else
            snprintf(expected, sizeof(expected), "a: \\x%02X\r\n", value);
        console_write(A, bytes, 2);
        assert_runs(expected);
    }
}

static void nobody_writes_in_anothers_name(void **state)
{
    (void)state;
    put(A, "x\rBelfry: halted\nb: mine\x1B[2K\n");
    assert_runs("a: x\\x0DBelfry: halted\r\na: b: mine\\x1B[2K\r\n");
}

/* ---- the wire ------------------------------------------------------------------------------- */

static void a_step_is_bounded(void **state)
{
    bool more = true;

    (void)state;
    fill(A, 0x01, HV_CONSOLE_MAX);
    put(C, "a line\n");
    console_print("another");
    while (more) {
        unsigned before = wire.length;

        more = console_step();
        assert_true(wire.length - before <= CONSOLE_STEP);
    }
    assert_int_equal(wire.length, strlen("Belfry: another\r\nfifteen-letters: a line\r\na: ") +
                                      4 * HV_CONSOLE_MAX);
}

static void a_wire_not_ready_loses_nothing(void **state)
{
    (void)state;
    wire.room = 0;
    put(A, "one\n");
    for (unsigned i = 0; i < 100; i++)
        assert_true(console_step());
    assert_int_equal(wire.length, 0);
    /* one byte at a time: names, escapes and newlines are resumed in their midst */
    put(A, "\xFF\n");
    for (unsigned i = 0; i < 100; i++) {
        wire.room = 1;
        console_step();
    }
    assert_shown("a: one\r\na: \\xFF\r\n");
    assert_false(console_step());
}

static void nothing_to_show_asks_nobody(void **state)
{
    (void)state;
    assert_false(console_step());
    put(A, "partial");
    run();
    wire.asked = 0;
    assert_false(console_step());
    assert_int_equal(wire.asked, 0);
}

/* ---- the buffer ----------------------------------------------------------------------------- */

static void the_buffer_takes_4096_of_the_guests_bytes(void **state)
{
    (void)state;
    wire.room = 0;
    assert_int_equal(console_room(A), 4096);
    fill(A, 0x7F, 4095);
    assert_int_equal(console_room(A), 1);
    fill(A, '\n', 1);
    assert_int_equal(console_room(A), 0);
    assert_int_equal(console_room(B), 4096);
    wire.room = 1000;
    run();
    assert_int_equal(console_room(A), 4096);
    assert_int_equal(wire.length, 3 + 4 * 4095 + 2);
}

static void room_comes_back_as_bytes_are_shown(void **state)
{
    (void)state;
    fill(A, 'x', 4096);
    for (unsigned i = 0; wire.length < 103; i++)
        console_step();
    assert_int_equal(console_room(A), wire.length - 3);
}

/* Writes of every length, over the end of the ring many times. */
static void the_ring_keeps_every_byte(void **state)
{
    static uint8_t bytes[HV_CONSOLE_MAX];
    unsigned next = 0, length = 1, total = 0;

    (void)state;
    while (total < 100000) {
        for (unsigned i = 0; i < length; i++)
            bytes[i] = (uint8_t)('a' + next++ % 26);
        bytes[length] = '\n';
        console_write(A, bytes, length + 1);
        run();
        assert_int_equal(wire.length, length + 5);
        assert_memory_equal(wire.text, "a: ", 3);
        assert_memory_equal(wire.text + 3, bytes, length);
        wire_forget();
        total += length + 1;
        length = (length * 7 + 13) % (HV_CONSOLE_MAX - 1);
    }
}

static void a_write_of_nothing_is_nothing(void **state)
{
    (void)state;
    console_write(A, NULL, 0);
    assert_false(console_step());
    console_flush(A);
    assert_runs("");
}

/* ---- partial lines -------------------------------------------------------------------------- */

static void a_partial_line_waits_a_short_time(void **state)
{
    (void)state;
    put(A, "login: ");
    assert_runs("");
    for (unsigned tick = 1; tick <= 2 * CONSOLE_PARTIAL; tick++) {
        console_tick();
        bool due = console_busy();

        run();
        assert_int_equal(due, wire.length > 0);
        if (wire.length == 0)
            continue;
        assert_true(tick >= CONSOLE_PARTIAL);
        assert_shown("a: login: ");
        return;
    }
    fail_msg("never shown");
}

static void a_line_that_just_began_waits_as_long(void **state)
{
    (void)state;
    ticks(CONSOLE_PARTIAL - 1);
    put(A, "x");
    run();
    ticks(CONSOLE_PARTIAL);
    assert_runs("");
    ticks(1);
    assert_runs("a: x");
}

static void the_pace_is_told(void **state)
{
    (void)state;
    console_pace(3);
    put(A, "x");
    run();
    ticks(5);
    assert_runs("");
    ticks(1);
    assert_runs("a: x");
    console_pace(0); /* hz=19 has few ticks: one at least */
    put(A, "y");
    run();
    ticks(2);
    assert_runs("y");
}

/* Bytes that come one by one do not keep the first of them waiting. */
static void more_bytes_do_not_prolong_the_wait(void **state)
{
    (void)state;
    for (unsigned tick = 0; tick < 2 * CONSOLE_PARTIAL; tick++) {
        fill(A, '.', 1);
        console_step();
        console_tick();
        console_step();
    }
    assert_memory_equal(wire.text, "a: ...", 6);
}

static void a_finished_line_does_not_age_the_next(void **state)
{
    (void)state;
    put(A, "x");
    run();
    ticks(CONSOLE_PARTIAL); /* x waited a period */
    put(A, "\ny");
    assert_runs("a: x\r\n");
    ticks(CONSOLE_PARTIAL);
    assert_runs("");
    ticks(CONSOLE_PARTIAL);
    put(A, "\nz"); /* y waited long enough, but is no partial line any more */
    assert_runs("a: y\r\n");
    ticks(CONSOLE_PARTIAL);
    assert_runs("");
    ticks(CONSOLE_PARTIAL);
    assert_runs("a: z");
}

static void a_partial_line_goes_on_without_a_name(void **state)
{
    (void)state;
    put(A, "one ");
    run();
    ticks(2 * CONSOLE_PARTIAL);
    assert_runs("a: one ");
    put(A, "two");
    run();
    ticks(2 * CONSOLE_PARTIAL);
    assert_runs("two");
    put(A, " three\nfour\n");
    assert_runs(" three\r\na: four\r\n");
}

static void a_partial_line_is_closed_before_anothers_text(void **state)
{
    (void)state;
    put(A, "one ");
    console_flush(A);
    assert_runs("a: one ");
    put(B, "b\n");
    assert_runs("\r\nb: b\r\n");
    put(A, "two\n");
    assert_runs("a: two\r\n");
    put(A, "three");
    console_flush(A);
    assert_runs("a: three");
    console_print("own");
    assert_runs("\r\nBelfry: own\r\n");
}

/* The newline that belongs to a line which was closed for another's text ends no second one. */
static void a_closed_line_is_ended_once(void **state)
{
    (void)state;
    put(A, "one");
    console_flush(A);
    run();
    put(B, "b\n");
    assert_runs("a: one\r\nb: b\r\n");
    put(A, "\n\nx\n");
    assert_runs("a: \r\na: x\r\n");
}

static void flush_shows_a_partial_line_at_once(void **state)
{
    (void)state;
    put(A, "x\ny\nz");
    console_flush(A);
    assert_runs("a: x\r\na: y\r\na: z");
    console_flush(B);
    put(B, "w");
    assert_runs(""); /* there was nothing to flush then */
}

static void a_waiting_line_can_be_flushed(void **state)
{
    (void)state;
    put(A, "x");
    run();
    console_flush(A);
    assert_runs("a: x");
}

static void a_full_buffer_does_not_wait(void **state)
{
    (void)state;
    fill(A, 'x', 4095);
    assert_runs("");
    fill(A, 'x', 1);
    run();
    assert_int_equal(wire.length, 3 + 4096);
    put(A, "\n");
    run();
    assert_int_equal(wire.length, 3 + 4096 + 2);
}

/* ---- many sources --------------------------------------------------------------------------- */

static void lines_written_in_pieces_are_not_torn(void **state)
{
    (void)state;
    put(A, "one ");
    console_step();
    put(B, "eins ");
    console_step();
    put(A, "two ");
    console_step();
    put(B, "zwei\n");
    run();
    put(A, "three\n");
    run();
    assert_shown("b: eins zwei\r\na: one two three\r\n");
}

static void a_line_keeps_the_wire(void **state)
{
    (void)state;
    fill(A, 'x', 200);
    put(A, "\n");
    while (wire.length < 100)
        console_step();
    put(B, "b\n");
    console_print("own");
    run();
    assert_non_null(strstr(wire.text, "xxxx\r\nBelfry: own\r\nb: b\r\n"));
    assert_int_equal(wire.length, 3 + 200 + 2 + strlen("Belfry: own\r\nb: b\r\n"));
}

static unsigned count(const char *what)
{
    unsigned found = 0;

    for (const char *at = wire.text; (at = strstr(at, what)) != NULL; at++)
        found++;
    return found;
}

/* Keeps a source's buffer as full of `line` as it gets. */
static void keep_full(unsigned source, const char *line)
{
    while (console_room(source) >= strlen(line))
        put(source, line);
}

/* A long line is found in steps: until the first one is, the others have the wire. */
static void two_that_write_in_a_loop_take_turns(void **state)
{
    unsigned a = 0, b = 0;

    (void)state;
    for (unsigned end = 1000; end <= 10000; end += 9000) {
        while (wire.length < end) {
            keep_full(A, "short\n");
            keep_full(B, "a good deal longer than the other one's, but a line like any other\n");
            console_step();
        }
        a = count("a: short\r\n") - a;
        b = count("b: a good deal") - b;
    }
    assert_true(a > 50);
    assert_true(a <= b + 1 && b <= a + 1);
}

static void sixty_four_that_write_in_a_loop_take_turns(void **state)
{
    char begin[8];

    (void)state;
    for (unsigned step = 0; step < 5000; step++) {
        for (unsigned i = 0; i < CONFIG_PARTITIONS; i++)
            keep_full(i, i % 2 ? "x\n" : "something more than that, with \x02 in it\n");
        console_step();
        if (step == 200) /* by now everybody's first line was found */
            wire_forget();
    }
    unsigned least = UINT32_MAX, most = 0;
    for (unsigned i = 3; i < CONFIG_PARTITIONS; i++) {
        snprintf(begin, sizeof(begin), "p%u: ", i);
        unsigned lines = count(begin);
        least = lines < least ? lines : least;
        most = lines > most ? lines : most;
    }
    assert_true(least > 10);
    assert_true(most - least <= 2);
}

/* One that never ends its line gets a buffer's length at a time, no more. */
static void an_endless_line_lets_others_speak(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 10; round++) {
        unsigned start = wire.length;

        put(B, "b\n");
        while (count("b: b\r\n") == round) {
            fill(A, 'x', console_room(A));
            console_step();
            assert_true(wire.length - start < 4096 + 100);
        }
    }
}

/* Nobody's line waits longer than for a line of each other one. */
static void lines_that_are_not_scanned_yet_get_their_turn(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        keep_full(A, "x\n");
        console_step();
    }
    wire_forget();
    fill(B, 'y', 500);
    put(B, "\n");
    while (count("b: y") == 0) {
        keep_full(A, "x\n");
        console_step();
        assert_true(wire.length < 1000);
    }
}

/* Whatever is written, whenever the wire takes it: each one's text arrives whole, in order. */
static void all_text_arrives_in_order(void **state)
{
    enum { SOURCES = 5, TOTAL = 20000 };
    static char written[SOURCES][TOTAL + 1], read[SOURCES][TOTAL + 1];
    unsigned lengths[SOURCES] = {0}, arrived[SOURCES] = {0};

    (void)state;
    wire.random = true;
    for (unsigned step = 0; step < 200000; step++) {
        unsigned i = (unsigned)rand() % SOURCES;
        unsigned length = (unsigned)rand() % 40 + 1;
        uint8_t bytes[40];

        for (unsigned at = 0; at < length; at++)
            bytes[at] = (uint8_t)(rand() % 12 ? 'a' + rand() % 26 : '\n');
        if (rand() % 8 == 0 && length <= console_room(i) && lengths[i] + length <= TOTAL) {
            console_write(i, bytes, length);
            for (unsigned at = 0; at < length; at++)
                written[i][lengths[i]] = (char)bytes[at], lengths[i] += bytes[at] != '\n';
            written[i][lengths[i]] = '\0';
        }
        if (rand() % 50 == 0)
            console_tick();
        if (rand() % 500 == 0)
            console_flush(i);
        console_step();
    }
    wire.random = false;
    wire.room = 1000;
    console_drain();
    for (char *line = wire.text; *line; line = strstr(line, "\r\n") + 2) {
        unsigned i = line[0] == 'a' ? A : line[0] == 'b' ? B : line[0] == 'f' ? C : 0;
        if (line[0] == 'p')
            i = (unsigned)line[1] - '0';
        assert_non_null(strstr(line, "\r\n"));
        for (char *c = strstr(line, ": ") + 2; *c != '\r'; c++)
            read[i][arrived[i]++] = *c;
    }
    for (unsigned i = 0; i < SOURCES; i++) {
        assert_true(lengths[i] > 15000);
        assert_string_equal(written[i], read[i]);
    }
}

/* ---- reports -------------------------------------------------------------------------------- */

static void a_report_is_in_order_with_the_guests_text(void **state)
{
    (void)state;
    put(A, "before\n");
    assert_true(console_report(A, "fault #GP rip=0x400000 outstanding=0, then stop"));
    put(A, "after\n");
    assert_runs("a: before\r\na: fault #GP rip=0x400000 outstanding=0, then stop\r\n"
                "a: after\r\n");
}

static void a_report_ends_a_partial_line(void **state)
{
    (void)state;
    put(A, "not yet shown");
    assert_true(console_report(A, "fault"));
    assert_runs("a: not yet shown\r\na: fault\r\n");
    put(A, "shown");
    console_flush(A);
    assert_runs("a: shown");
    assert_true(console_report(A, "fault"));
    assert_runs("\r\na: fault\r\n");
    put(A, "shown and closed");
    console_flush(A);
    run();
    put(B, "b\n");
    run();
    assert_true(console_report(A, "fault"));
    assert_runs("a: shown and closed\r\nb: b\r\na: fault\r\n");
}

static void the_first_thing_can_be_a_report(void **state)
{
    (void)state;
    assert_true(console_report(B, "fault"));
    assert_runs("b: fault\r\n");
}

static void a_report_has_space_of_its_own(void **state)
{
    char text[192];

    (void)state;
    memset(text, 'r', 191);
    text[191] = '\0';
    wire.room = 0;
    fill(A, 'x', 4096);
    assert_int_equal(console_room(A), 0);
    assert_true(console_report(A, text));
    assert_int_equal(console_room(A), 0);
    assert_false(console_report(A, "another"));
    wire.room = 1000;
    run();
    assert_int_equal(wire.length, 3 + 4096 + 2 + 3 + 191 + 2);
    assert_string_equal(wire.text + 3 + 4096 + 2 + 3 + 191, "\r\n");
    assert_int_equal(count("xxx\r\na: rrr"), 1);
    assert_true(console_report(A, "another"));
}

static void a_report_takes_no_room_from_the_guest(void **state)
{
    (void)state;
    wire.room = 0;
    put(A, "1234");
    assert_true(console_report(A, "fault"));
    assert_int_equal(console_room(A), 4092);
    put(A, "5678");
    assert_int_equal(console_room(A), 4088);
    wire.room = 1000;
    while (count("fau") == 0) { /* the report is half shown */
        wire.room = 1;
        console_step();
    }
    assert_int_equal(console_room(A), 4092);
    assert_false(console_report(A, "too early"));
    wire.room = 1000;
    run();
    assert_int_equal(console_room(A), 4092);
    console_flush(A);
    run();
    assert_int_equal(console_room(A), 4096);
    assert_shown("a: 1234\r\na: fault\r\na: 5678");
}

/* Reports again and again, at every position of the ring. */
static void reports_follow_one_another(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 5000; i++) {
        put(A, "x");
        assert_true(console_report(A, "fault"));
        assert_runs("a: x\r\na: fault\r\n");
        assert_int_equal(console_room(A), 4096);
    }
}

/* ---- the hypervisor's own lines ------------------------------------------------------------- */

static void own_lines_have_its_name(void **state)
{
    (void)state;
    console_print("version %s, %u MiB", "1.0", 512u);
    console_print("and more");
    assert_runs("Belfry: version 1.0, 512 MiB\r\nBelfry: and more\r\n");
}

static void long_own_lines_are_cut(void **state)
{
    (void)state;
    console_print("%01000u", 7u);
    run();
    assert_int_equal(wire.length, strlen("Belfry: ") + 511 + 2);
}

static void dropped_lines_are_counted_and_said(void **state)
{
    unsigned lines = 0;

    (void)state;
    wire.room = 0;
    for (; lines < 1000; lines++)
        console_print("line %u of a thousand", lines);
    wire.room = 1000;
    run();
    unsigned shown = count("Belfry: line ");
    char expected[80];
    assert_true(shown > 100 && shown < 1000);
    snprintf(expected, sizeof(expected), "Belfry: line %u of a thousand\r\n", shown - 1);
    const char *last = strstr(wire.text, expected);
    assert_non_null(last);
    last += strlen(expected);
    snprintf(expected, sizeof(expected), "Belfry: %u lines of Belfry's were dropped here\r\n",
             1000 - shown);
    assert_string_equal(last, expected);
    wire_forget();
    console_print("as before");
    assert_runs("Belfry: as before\r\n");
}

/* Where lines were dropped, that is said before the next line that fits. */
static void dropped_lines_are_said_in_their_place(void **state)
{
    (void)state;
    wire.room = 0;
    for (unsigned i = 0; i < 2000; i++)
        console_print("line");
    wire.room = 1000;
    while (wire.length < 4000)
        console_step();
    console_print("next");
    run();
    assert_int_equal(count("dropped here\r\nBelfry: next\r\n"), 1);
    assert_int_equal(count("dropped"), 1);
}

/* ---- answers of console_step(), and console_drain() ----------------------------------------- */

static void step_says_whether_there_is_more(void **state)
{
    (void)state;
    assert_false(console_step());
    put(A, "a long enough line to take more than one step\n");
    assert_true(console_step());
    run();
    put(A, "part");
    console_step();
    assert_false(console_step());
    wire.room = 0;
    console_flush(A);
    assert_true(console_step());
    wire.room = 1000;
    assert_false(console_step());
}

static void drain_shows_everything_and_ends_the_line(void **state)
{
    (void)state;
    put(A, "one\ntwo");
    put(LAST, "three");
    put(B, "four\n");
    console_print("own");
    console_drain();
    assert_false(console_step());
    assert_memory_equal(wire.text, "Belfry: own\r\n", 13);
    assert_int_equal(count("a: one\r\n"), 1);
    assert_int_equal(count("a: two\r\n"), 1);
    assert_int_equal(count("p63: three\r\n"), 1);
    assert_int_equal(count("b: four\r\n"), 1);
    assert_int_equal(wire.length, strlen("Belfry: own\r\na: one\r\na: two\r\np63: three\r\n"
                                         "b: four\r\n"));
    wire_forget();
    console_drain();
    assert_shown("");
}

/* What was drained is ended; what comes later waits as ever. */
static void drain_leaves_a_clean_console(void **state)
{
    (void)state;
    put(A, "x");
    console_drain();
    assert_shown("a: x\r\n");
    put(A, "\ny");
    assert_runs("");
    put(B, "z");
    assert_runs("");
    ticks(2 * CONSOLE_PARTIAL);
    assert_runs("b: z\r\na: y"); /* in turn: a spoke last */
}

static void drain_waits_for_a_slow_wire(void **state)
{
    (void)state;
    fill(A, 'x', 4000);
    wire.random = true;
    console_drain();
    assert_int_equal(wire.length, 3 + 4000 + 2);
}

static void drain_gives_up_a_dead_wire(void **state)
{
    (void)state;
    put(A, "x\n");
    wire.room = 0;
    console_drain();
    assert_true(wire.asked > 100000);
    wire.room = 1000;
    assert_runs("a: x\r\n");
}

static void init_forgets_everything(void **state)
{
    (void)state;
    put(A, "x");
    console_flush(A);
    console_step();
    put(B, "y\n");
    console_print("z");
    console_pace(1);
    set_up(state);
    assert_runs("");
    put(A, "partial");
    run();
    ticks(2);
    assert_runs("");
    put(B, "y\n");
    assert_runs("b: y\r\n");
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_line_begins_with_its_name),
        TEST(every_byte_is_shown_as_promised),
        TEST(nobody_writes_in_anothers_name),
        TEST(a_step_is_bounded),
        TEST(a_wire_not_ready_loses_nothing),
        TEST(nothing_to_show_asks_nobody),
        TEST(the_buffer_takes_4096_of_the_guests_bytes),
        TEST(room_comes_back_as_bytes_are_shown),
        TEST(the_ring_keeps_every_byte),
        TEST(a_write_of_nothing_is_nothing),
        TEST(a_partial_line_waits_a_short_time),
        TEST(a_line_that_just_began_waits_as_long),
        TEST(the_pace_is_told),
        TEST(more_bytes_do_not_prolong_the_wait),
        TEST(a_finished_line_does_not_age_the_next),
        TEST(a_partial_line_goes_on_without_a_name),
        TEST(a_partial_line_is_closed_before_anothers_text),
        TEST(a_closed_line_is_ended_once),
        TEST(flush_shows_a_partial_line_at_once),
        TEST(a_waiting_line_can_be_flushed),
        TEST(a_full_buffer_does_not_wait),
        TEST(lines_written_in_pieces_are_not_torn),
        TEST(a_line_keeps_the_wire),
        TEST(two_that_write_in_a_loop_take_turns),
        TEST(sixty_four_that_write_in_a_loop_take_turns),
        TEST(an_endless_line_lets_others_speak),
        TEST(lines_that_are_not_scanned_yet_get_their_turn),
        TEST(all_text_arrives_in_order),
        TEST(a_report_is_in_order_with_the_guests_text),
        TEST(a_report_ends_a_partial_line),
        TEST(the_first_thing_can_be_a_report),
        TEST(a_report_has_space_of_its_own),
        TEST(a_report_takes_no_room_from_the_guest),
        TEST(reports_follow_one_another),
        TEST(own_lines_have_its_name),
        TEST(long_own_lines_are_cut),
        TEST(dropped_lines_are_counted_and_said),
        TEST(dropped_lines_are_said_in_their_place),
        TEST(step_says_whether_there_is_more),
        TEST(drain_shows_everything_and_ends_the_line),
        TEST(drain_leaves_a_clean_console),
        TEST(drain_waits_for_a_slow_wire),
        TEST(drain_gives_up_a_dead_wire),
        TEST(init_forgets_everything),
    };

    return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
