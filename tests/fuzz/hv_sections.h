/* SPDX-License-Identifier: BSD-2-Clause */
/* Included before each file of hv/ by the fuzzers' build: its variables stand together, so that
 * hv_state.c can set them back. */
#ifdef __clang__
#pragma clang section bss = "hv_bss" data = "hv_data"
#endif
