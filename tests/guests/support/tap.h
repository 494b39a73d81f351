/* SPDX-License-Identifier: BSD-2-Clause */
/* TAP on the console: https://testanything.org, version 12. Needs no start-up code of its own. */
#ifndef TEST_TAP_H
#define TEST_TAP_H

#include <stdbool.h>
#include <stdint.h>

#define TAP_FORMAT(text, first) __attribute__((format(printf, text, first)))

/* One check: `ok` or `not ok`, and what it was about. Answers `passed`. */
bool tap_ok(bool passed, const char *format, ...) TAP_FORMAT(2, 3);
/* The same for equality; a failure says both values. */
bool tap_is(uint64_t actual, uint64_t expected, const char *format, ...) TAP_FORMAT(3, 4);
#define OK(...)                   tap_ok(__VA_ARGS__)
#define IS(actual, expected, ...) tap_is((uint64_t)(actual), (uint64_t)(expected), __VA_ARGS__)

/* A line that is no check. */
void tap_note(const char *format, ...) TAP_FORMAT(1, 2);
/* A line as it is, for what the host looks for. */
void say(const char *format, ...) TAP_FORMAT(1, 2);

/* After a restart: `done` checks were printed by earlier lives, and all passed. */
void tap_continue(unsigned done);
/* The plan says that nothing was tested, and why. */
_Noreturn void tap_skip(const char *reason);
/* Prints the plan and exits. */
_Noreturn void tap_done(void);

#endif
