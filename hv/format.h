/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small vsnprintf. Understands %d %i %u %o %x %X %p %s %c %%, the lengths hh h l ll z t j, the
 * flags - 0 + # and space, a width and a precision, each a number or *. No floating point. Pure;
 * the guest library's hv_snprintf() is this one.
 */
#ifndef HV_FORMAT_H
#define HV_FORMAT_H

#include <stdarg.h>
#include <stddef.h>
#include "hv/compiler.h"

/* Writes at most `size` bytes with the NUL (none if size is 0). Returns the length that the whole
 * text has, without the NUL, as vsnprintf does. */
int format_list(char *buffer, size_t size, const char *format, va_list list) PRINTF_LIKE(3, 0);

int format_text(char *buffer, size_t size, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
