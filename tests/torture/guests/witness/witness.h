/* SPDX-License-Identifier: BSD-2-Clause */
/* The witness: what is its own must stay as it is, whatever the others do. */
#ifndef WITNESS_H
#define WITNESS_H

#include "clock.h"

#define RAISED 48 /* a virtual vector of its own */

/* ---- what is wrong ---- */

enum subject { TICKS, REGISTERS, SELECTORS, FX, STACK, MEMORY, BOOKS, FRAMES, SUBJECTS };

/* Looks whether a fact about `subject` holds; notes the first few that don't. Answers it. */
bool must(bool holds, enum subject subject, const char *format, ...) TAP_FORMAT(3, 4);
/* One check for each subject. */
void say_verdicts(void);

/* Pseudo-random, the same in each run with the same seed. */
void draw_from(uint64_t seed);
uint64_t draw(void);

/* ---- standing.c: registers, selectors, x87/SSE, stack ---- */

struct stance {
    struct registers registers;
    uint16_t selectors[4]; /* DS, ES, FS, GS */
    uint8_t fx[512] __attribute__((aligned(16)));
};

void standing_start(void);
/* Stands still until so many upcalls of line 0 were made; or for one hypercall. */
void stand_still(unsigned upcalls);
void stand_in_call(uint64_t number);
/* For the handler: looks at what the upcall interrupted, and where it was made. */
void standing_upcall(struct hv_upcall *frame, const struct registers *entry);

/* ---- books.c: each term of the stats ---- */

void books_start(void);
void books_upcall(const struct hv_upcall *frame, uint64_t now);
/* Raises, acknowledges, masks and unregisters, drawn. */
void books_exercise(void);
void books_check(void);
/* `raised` against the TSC. */
void books_look(void);

/* ---- memory.c ---- */

void memory_fill(void);
/* The next part, or all of it. */
void memory_check_part(void);
void memory_check_all(void);

#endif
