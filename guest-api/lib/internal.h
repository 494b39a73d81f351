/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the library's parts. */
#ifndef LIB_INTERNAL_H
#define LIB_INTERNAL_H

#include <stdbool.h>
#include "belfry/hv_abi.h"

/* start.asm begins, start.c goes on: what is to run before main(), then main(); answers its result.
 */
int hv_start(struct hv_vcpu_page *page);

/* upcall.asm: the entry of every upcall; calls hv_dispatch(). */
void hv_upcall_entry(void);

/* irq.c: calls the handler of upcall->vector. */
void hv_dispatch(const struct hv_upcall *upcall);

/* irq.c: whether hv_irq_register() has registered it. */
bool hv_irq_has_handler(unsigned vector);

#endif
