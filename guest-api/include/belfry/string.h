/* SPDX-License-Identifier: BSD-2-Clause */
/* What C's <string.h> promises of these, and no more; compilers call some of them by themselves. */
#ifndef BELFRY_STRING_H
#define BELFRY_STRING_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *left, const void *right, size_t size);
size_t strlen(const char *text);
int strcmp(const char *left, const char *right);
int strncmp(const char *left, const char *right, size_t size);
char *strchr(const char *text, int character);

#ifdef __cplusplus
}
#endif

#endif
