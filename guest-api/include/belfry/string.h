/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes and strings: what C's <string.h> promises of these, and strnlen, strlcpy and strlcat as
 * POSIX has them. Compilers call the first four by themselves, also where no source names them.
 * None of them keeps anything, so all may be called from handlers.
 *
 * Unless a function says otherwise, source and target must not overlap, a string ends with a NUL,
 * and the target has the room: nothing can be checked here.
 */
#ifndef BELFRY_STRING_H
#define BELFRY_STRING_H

#include <stddef.h>

/* A function that searches answers a pointer into what it was given, which C takes const and gives
 * back without. C++ has one for const and one for not, of the same name. */
#ifdef __cplusplus
#define HV_SEARCH(type, name, where, ...)                                                          \
    extern "C++" const type *name(const type *where, __VA_ARGS__) noexcept __asm__(#name);         \
    extern "C++" type *name(type *where, __VA_ARGS__) noexcept __asm__(#name)
#else
#define HV_SEARCH(type, name, where, ...) type *name(const type *where, __VA_ARGS__)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- bytes ---- */

/* Copies `size` bytes; answers `to`. With memmove they may overlap. */
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);

/* Sets `size` bytes to the low byte of `value`; answers `to`. */
void *memset(void *to, int value, size_t size);

/* Compares byte by byte, unsigned: below 0, 0, or above 0, as the first that differs is. */
int memcmp(const void *left, const void *right, size_t size);

/* The first of `size` bytes that is the low byte of `value`, or NULL. */
HV_SEARCH(void, memchr, bytes, int value, size_t size);

/* ---- strings: looked at ---- */

/* The length without the NUL; strnlen looks at no more than `limit` bytes and answers at most that.
 */
size_t strlen(const char *text);
size_t strnlen(const char *text, size_t limit);

/* Compares as memcmp up to the NUL; strncmp compares at most `limit` bytes. */
int strcmp(const char *left, const char *right);
int strncmp(const char *left, const char *right, size_t limit);

/* The first place of a character, or the last, or NULL. The NUL is one of the text's characters. */
HV_SEARCH(char, strchr, text, int character);
HV_SEARCH(char, strrchr, text, int character);

/* The first place where `wanted` stands in `text`, or NULL; an empty one is at the beginning. */
HV_SEARCH(char, strstr, text, const char *wanted);

/* How many characters at the beginning are in the set; how many are not; the first that is. */
size_t strspn(const char *text, const char *set);
size_t strcspn(const char *text, const char *set);
HV_SEARCH(char, strpbrk, text, const char *set);

/* ---- strings: written ---- */

/* Copies a string with its NUL; answers `to`. */
char *strcpy(char *to, const char *from);

/* Writes `size` bytes exactly: as much of the string as there is room for, then NULs. There is none
 * behind a string of `size` or more: what is wanted is usually strlcpy. */
char *strncpy(char *to, const char *from, size_t size);

/* Puts a string behind the one in `to`, with a NUL; strncat takes at most `limit` bytes of it, and
 * writes the NUL behind them. Answers `to`. */
char *strcat(char *to, const char *from);
char *strncat(char *to, const char *from, size_t limit);

/* The same for a target of `size` bytes: what does not fit is cut, and there is always a NUL,
 * unless `size` is 0 (or, in strlcat, no NUL was in `to`). Answer the length that the whole text
 * would have: `size` or more says that it was cut. */
size_t strlcpy(char *to, const char *from, size_t size);
size_t strlcat(char *to, const char *from, size_t size);

#ifdef __cplusplus
}
#endif

#endif
