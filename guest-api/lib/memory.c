/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes. Plain loops; guests.mk keeps the compiler from turning them into calls of themselves. */
#include <stdint.h>
#include "belfry/string.h"

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

/* A `void *` into a `const void *`, as C's memchr has always answered. */
void *memchr(const void *bytes, int value, size_t size)
{
    for (const unsigned char *byte = bytes; size > 0; byte++, size--)
        if (*byte == (unsigned char)value)
            return (void *)(uintptr_t)byte;
    return NULL;
}
