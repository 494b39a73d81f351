/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console, and text. Each line appears on the machine's console behind the partition's name;
 * docs/ABI.md, CONSOLE_WRITE, says how. The functions may be called from handlers.
 *
 * All formats are those of C's printf for integers, characters, strings and pointers:
 *
 *     %[flags][width][.precision][length]conversion
 *
 *     conversion  d i          a signed integer, in decimal
 *                 u o x X      an unsigned one, in decimal, octal, hexadecimal
 *                 c s p %      a character, a string, a pointer as 0x…, a percent sign
 *     flags       -            to the left of its width
 *                 0            zeros up to the width, where there is no precision
 *                 + or space   that before a signed number that is not negative
 *                 #            0x before x, 0X before X, 0 before o, where there is none
 *     width       a number, or * for an int argument; below 0 it stands for - and the number
 *     precision   a number, * for an int argument (below 0: none), or nothing for 0: the least
 *                 digits, or the most bytes of a string, which then needs no NUL
 *     length      hh h l ll z t j: char, short, long, long long, size_t, ptrdiff_t, intmax_t
 *
 * A string of NULL is "(null)", a pointer of NULL "0x0". There is no floating point, no %n. A
 * conversion that is not understood is shown as it is and takes no argument.
 */
#ifndef BELFRY_PRINT_H
#define BELFRY_PRINT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HV_FORMAT(string, first) __attribute__((format(printf, string, first)))

/* Writes all the bytes to the console, yielding while it is full. Answers 0, or the status of the
 * call that failed: HV_EFAULT where the bytes are not the partition's memory. */
int64_t hv_write(const void *bytes, size_t length);

/* Writes one byte, as hv_write(). */
int64_t hv_putchar(char character);

/* Prints text, in one piece. Answers the length of the text. One call prints at most HV_PRINTF_MAX
 * bytes; the rest is cut. */
#define HV_PRINTF_MAX 1023
int hv_printf(const char *format, ...) HV_FORMAT(1, 2);
int hv_vprintf(const char *format, va_list list) HV_FORMAT(1, 0);

/* Writes text into a buffer, with the NUL at most `size` bytes; where `size` is 0 nothing is
 * written, and the buffer may be NULL. Answers the length of the whole text without the NUL: `size`
 * or more says that it was cut. (INT_MAX stands for any length above that.) */
int hv_snprintf(char *buffer, size_t size, const char *format, ...) HV_FORMAT(3, 4);
int hv_vsnprintf(char *buffer, size_t size, const char *format, va_list list) HV_FORMAT(3, 0);

#ifdef __cplusplus
}
#endif

#endif
