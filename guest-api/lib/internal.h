/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the library's assembly and its C. */
#ifndef LIB_INTERNAL_H
#define LIB_INTERNAL_H

#include "belfry/hv_abi.h"

/* upcall.asm: the entry of every upcall; calls hv_dispatch(). */
void hv_upcall_entry(void);

/* irq.c: calls the handler of upcall->vector. */
void hv_dispatch(const struct hv_upcall *upcall);

#endif
