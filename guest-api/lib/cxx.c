/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What C++ calls by itself, by the names that the Itanium C++ ABI gives: new and delete, objects
 * within functions, objects outside. These are never destroyed: a partition's memory goes with it.
 */
#include "belfry/hv.h"
#include "belfry/malloc.h"

void *_Znwm(size_t size);                /* new */
void *_Znam(size_t size);                /* new[] */
void _ZdlPv(void *memory);               /* delete */
void _ZdaPv(void *memory);               /* delete[] */
void _ZdlPvm(void *memory, size_t size); /* delete, of a known size */
void _ZdaPvm(void *memory, size_t size);
void __cxa_pure_virtual(void);
int __cxa_atexit(void (*destroy)(void *), void *object, void *image);
int __cxa_guard_acquire(const unsigned char *guard);
void __cxa_guard_release(unsigned char *guard);
extern void *__dso_handle;

void *__dso_handle;

/* Without exceptions there is no other way to say so: new never answers NULL. */
void *_Znwm(size_t size)
{
    void *memory = malloc(size);

    if (!memory)
        hv_panic("no memory for new, %zu bytes\n", size);
    return memory;
}

void *_Znam(size_t size)
{
    return _Znwm(size);
}

void _ZdlPv(void *memory)
{
    free(memory);
}

void _ZdaPv(void *memory)
{
    free(memory);
}

void _ZdlPvm(void *memory, size_t size)
{
    (void)size;
    free(memory);
}

void _ZdaPvm(void *memory, size_t size)
{
    (void)size;
    free(memory);
}

void __cxa_pure_virtual(void)
{
    hv_panic("a pure virtual function was called\n");
}

int __cxa_atexit(void (*destroy)(void *), void *object, void *image)
{
    (void)destroy;
    (void)object;
    (void)image;
    return 0;
}

/* The guard's first byte says whether the object is there; 1 asks the caller to make it. */
int __cxa_guard_acquire(const unsigned char *guard)
{
    return *guard == 0;
}

void __cxa_guard_release(unsigned char *guard)
{
    *guard = 1;
}
