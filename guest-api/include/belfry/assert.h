/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C's assert: ends the guest where an expression is false, in a line that says where that was, as
 * hv_panic() does, with exit code HV_EXIT_PANIC. Where NDEBUG is defined it does nothing, and the
 * expression is not evaluated. As C has it, each inclusion goes by what NDEBUG is then.
 */
#include "belfry/hv.h"

#undef assert
#ifdef NDEBUG
#define assert(expression) ((void)0)
#else
#define assert(expression)                                                                         \
    ((expression) ? (void)0                                                                        \
                  : hv_panic("%s:%d: %s: assertion failed: %s\n", __FILE__, __LINE__, __func__,    \
                             #expression))
#endif

#if !defined(__cplusplus) && !defined(static_assert)
#define static_assert _Static_assert
#endif
