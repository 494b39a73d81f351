/* SPDX-License-Identifier: BSD-2-Clause */
/* The versions of include/hv/bitmap.h that the prover reads. */
#ifndef MODEL_BITMAP_H
#define MODEL_BITMAP_H

#include <stdbool.h>
#include <stdint.h>

unsigned model_bit_first(uint64_t word);
bool model_bit_any(uint64_t word);
uint64_t model_bit_drop_first(uint64_t word);

#endif
