/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions of <string.h> that the compiler and hv/ use, by string instructions: eight bytes an
 * iteration. Intel SDM volume 2, MOVS, STOS. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
void *memmove(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);

void *memcpy(void *to, const void *from, size_t size)
{
    void *end = to;
    size_t words = size / 8, rest = size % 8;

    __asm__ volatile("rep movsq" : "+D"(end), "+S"(from), "+c"(words) : : "memory");
    __asm__ volatile("rep movsb" : "+D"(end), "+S"(from), "+c"(rest) : : "memory");
    return to;
}

void *memset(void *to, int value, size_t size)
{
    void *end = to;
    size_t words = size / 8, rest = size % 8;
    uint64_t pattern = UINT64_C(0x0101010101010101) * (uint8_t)value;

    __asm__ volatile("rep stosq" : "+D"(end), "+c"(words) : "a"(pattern) : "memory");
    __asm__ volatile("rep stosb" : "+D"(end), "+c"(rest) : "a"(pattern) : "memory");
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    uint8_t *last_to = (uint8_t *)to + size - 1;
    const uint8_t *last_from = (const uint8_t *)from + size - 1;

    if ((uintptr_t)to - (uintptr_t)from >= size)
        return memcpy(to, from, size);
    __asm__ volatile("std\n\trep movsb\n\tcld"
                     : "+D"(last_to), "+S"(last_from), "+c"(size)
                     :
                     : "memory");
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const uint8_t *left = a, *right = b;

    for (size_t i = 0; i < size; i++)
        if (left[i] != right[i])
            return left[i] - right[i];
    return 0;
}

size_t strlen(const char *text)
{
    const char *end = text;

    while (*end)
        end++;
    return (size_t)(end - text);
}
