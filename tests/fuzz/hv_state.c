/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv_state.h"
#include <stddef.h>
#include <stdint.h>

#define DATA_WORDS 4096

/* Made by the linker for sections with such names. */
extern uint64_t __start_hv_bss[] __attribute__((weak)), __stop_hv_bss[] __attribute__((weak));
extern uint64_t __start_hv_data[] __attribute__((weak)), __stop_hv_data[] __attribute__((weak));

static uint64_t data[DATA_WORDS];
static int kept;

/* Word by word, and built so that it does not become memcpy() (tests/fuzz/fuzz.mk). */
static void copy(uint64_t *to, const uint64_t *from, size_t words)
{
    for (size_t i = 0; i < words; i++)
        to[i] = from[i];
}

static void clear(uint64_t *start, const uint64_t *end)
{
    while (start < end)
        *start++ = 0;
}

void hv_state_reset(void)
{
    size_t words = (size_t)(__stop_hv_data - __start_hv_data);

    if (words > DATA_WORDS)
        __builtin_trap();
    if (!kept)
        copy(data, __start_hv_data, words);
    kept = 1;
    copy(__start_hv_data, data, words);
    clear(__start_hv_bss, __stop_hv_bss);
}
