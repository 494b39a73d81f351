/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include "belfry/hv.h"

void hv_panic(const char *format, ...)
{
    va_list list;

    hv_irq_disable();
    va_start(list, format);
    hv_vprintf(format, list);
    va_end(list);
    hv_exit(HV_EXIT_PANIC);
}
