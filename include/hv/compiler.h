/* SPDX-License-Identifier: BSD-2-Clause */
/* The few compiler extensions that the hypervisor uses, by name. */
#ifndef HV_COMPILER_H
#define HV_COMPILER_H

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)
/* A function of its own, so that the usual way past it does not save its registers. */
#define APART                      __attribute__((noinline))
#define PRINTF_LIKE(string, first) __attribute__((format(printf, string, first)))

/* Orders this CPU's accesses as the compiler emits them; one CPU needs no more. */
static inline void compiler_barrier(void)
{
    __asm__ volatile("" ::: "memory");
}

#endif
