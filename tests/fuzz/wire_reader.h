/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who reads the console's wire, knows what each source wrote, and expects each byte of it: lines
 * that begin with a name, bytes as they were written or as \xNN, in order, none left out.
 */
#ifndef WIRE_READER_H
#define WIRE_READER_H

#include <stdbool.h>
#include <stdint.h>

#define SPEAKERS 5        /* partitions that speak */
#define OWN      SPEAKERS /* the hypervisor */
#define OWN_MIN  64 /* bytes of an own line, at least: more than the note of one that is dropped */

extern const unsigned speaker_ids[SPEAKERS];
extern const char *const speaker_names[SPEAKERS + 1];

void reader_init(void);

/* What is written to the console. An own line that `must` come can't have been dropped. */
void reader_wrote(unsigned speaker, const uint8_t *bytes, unsigned length);
void reader_reported(unsigned speaker, const char *text);
void reader_printed(const char *line, bool must);

/* A byte on the wire. */
void reader_byte(uint8_t byte);

/* Bytes that a speaker wrote itself, or that are reports, and that were not read yet. */
unsigned reader_waiting(unsigned speaker);
unsigned reader_reports_waiting(unsigned speaker);
unsigned reader_own_waiting(void);

/* How many bytes of a speaker were written; expects that the first `count` of them were read. */
unsigned reader_written(unsigned speaker);
void reader_expect_read(unsigned speaker, unsigned count);

/* Expects that all whole lines of all were read, or all bytes, and then that no line is open. */
void reader_expect_lines(void);
void reader_expect_all(void);

/* A line may be ended where it has none of its own, though nobody else speaks. */
void reader_drains(bool drains);

#endif
