/* SPDX-License-Identifier: BSD-2-Clause */
#include "belfry/hv.h"

static uint64_t number(const char *text)
{
    uint64_t value = 0;

    for (; *text >= '0' && *text <= '9'; text++)
        value = value * 10 + (uint64_t)(*text - '0');
    return value;
}

uint64_t hv_arg(const char *name, uint64_t otherwise)
{
    size_t length = strlen(name);

    for (const char *word = hv_page()->args; word; word = strchr(word, ' ')) {
        while (*word == ' ')
            word++;
        if (!strncmp(word, name, length) && word[length] == '=')
            return number(word + length + 1);
    }
    return otherwise;
}
