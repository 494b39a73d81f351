/* SPDX-License-Identifier: BSD-2-Clause */
#include "belfry/hv.h"
#include "internal.h"

typedef void constructor(void);

/* What is to run before main(), C++'s objects among it. From the linker, where its script has them.
 */
extern constructor *const __init_array_start[] __attribute__((weak));
extern constructor *const __init_array_end[] __attribute__((weak));

int hv_start(struct hv_vcpu_page *page)
{
    hv_vcpu_page = page;
    for (constructor *const *each = __init_array_start; each != __init_array_end; each++)
        (*each)();
    return main();
}
