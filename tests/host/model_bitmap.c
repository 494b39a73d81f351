/* SPDX-License-Identifier: BSD-2-Clause */
#define __FRAMAC__
#include "model_bitmap.h"
#include "hv/bitmap.h"

unsigned model_bit_first(uint64_t word)
{
    return bit_first(word);
}

bool model_bit_any(uint64_t word)
{
    return bit_any(word);
}

uint64_t model_bit_drop_first(uint64_t word)
{
    return bit_drop_first(word);
}
