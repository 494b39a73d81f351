/* SPDX-License-Identifier: BSD-2-Clause */
/* Taken in before the guest library's sources, so that its functions stand beside the host's. */
#ifndef TEST_LIB_NAMES_H
#define TEST_LIB_NAMES_H

#define memcpy  lib_memcpy
#define memmove lib_memmove
#define memset  lib_memset
#define memcmp  lib_memcmp
#define memchr  lib_memchr
#define strlen  lib_strlen
#define strnlen lib_strnlen
#define strcmp  lib_strcmp
#define strncmp lib_strncmp
#define strchr  lib_strchr
#define strrchr lib_strrchr
#define strstr  lib_strstr
#define strspn  lib_strspn
#define strcspn lib_strcspn
#define strpbrk lib_strpbrk
#define strcpy  lib_strcpy
#define strncpy lib_strncpy
#define strcat  lib_strcat
#define strncat lib_strncat
#define strlcpy lib_strlcpy
#define strlcat lib_strlcat

#endif
