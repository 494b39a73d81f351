/* SPDX-License-Identifier: BSD-2-Clause */
#include "any.h"

volatile uint8_t any_byte;
volatile uint64_t any;
