/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"
#include <stdio.h>
#include <stdlib.h>

void expect_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: expected %s\n", file, line, condition);
    abort();
}

uint8_t *exact_bytes(size_t size)
{
    uint8_t *bytes = malloc(size + 1);

    if (!bytes)
        abort();
    return bytes + 1;
}

void exact_free(uint8_t *bytes)
{
    free(bytes - 1);
}
