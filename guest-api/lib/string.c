/* SPDX-License-Identifier: BSD-2-Clause */
/* Plain loops; guests.mk keeps the compiler from turning them into calls of themselves. */
#include "belfry/string.h"
#include <stdint.h>

void *memcpy(void *to, const void *from, size_t size)
{
    char *target = to;
    const char *source = from;

    while (size-- > 0)
        *target++ = *source++;
    return to;
}

/* Copies from the end where the target begins inside the source. */
void *memmove(void *to, const void *from, size_t size)
{
    char *target = to;
    const char *source = from;

    if ((uintptr_t)to - (uintptr_t)from >= size)
        return memcpy(to, from, size);
    while (size-- > 0)
        target[size] = source[size];
    return to;
}

void *memset(void *to, int value, size_t size)
{
    char *target = to;

    while (size-- > 0)
        *target++ = (char)value;
    return to;
}

int memcmp(const void *left, const void *right, size_t size)
{
    const unsigned char *a = left;
    const unsigned char *b = right;

    for (size_t i = 0; i < size; i++)
        if (a[i] != b[i])
            return a[i] - b[i];
    return 0;
}

size_t strlen(const char *text)
{
    size_t length = 0;

    while (text[length])
        length++;
    return length;
}

int strcmp(const char *left, const char *right)
{
    return strncmp(left, right, SIZE_MAX);
}

int strncmp(const char *left, const char *right, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (left[i] != right[i] || !left[i])
            return (unsigned char)left[i] - (unsigned char)right[i];
    return 0;
}

/* A `char *` into a `const char *`, as C's strchr has always answered. */
char *strchr(const char *text, int character)
{
    for (; *text != (char)character; text++)
        if (!*text)
            return NULL;
    return (char *)(uintptr_t)text;
}
