/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CHECK is for the hypervisor's own bugs: it stops the machine and names the place. It is never
 * used on what a guest or the boot loader sent; those get a status, a fault or an error line.
 */
#ifndef HV_CHECK_H
#define HV_CHECK_H

_Noreturn void check_failed(const char *condition, const char *file, int line);

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0))                                                     \
            check_failed(#condition, __FILE__, __LINE__);                                          \
    } while (0)

#endif
