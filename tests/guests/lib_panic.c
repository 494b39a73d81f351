/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the library ends a guest: assert, malloc.h's misuse, a panic of the guest's own. Each has TAP
 * of one check before.
 *
 * system: assert -- how=0
 * system: twice -- how=1
 * system: strange -- how=2
 * system: changed -- how=3
 * system: own -- how=4
 * exit: 37
 * expect: ^assert: tests/guests/lib_panic\.c:\d+: fail_assert: assertion failed: one == 2$
 * expect: ^twice: free or realloc of 0x[0-9a-f]+, which is no block in use$
 * expect: ^strange: free or realloc of 0x[0-9a-f]+, which is no block in use$
 * expect: ^changed: free or realloc of 0x[0-9a-f]+, which is no block in use$
 * expect: ^own: no lamp 7$
 * expect: ^Belfry: assert: exit code 134,
 * expect: ^Belfry: twice: exit code 134,
 * expect: ^Belfry: strange: exit code 134,
 * expect: ^Belfry: changed: exit code 134,
 * expect: ^Belfry: own: exit code 134,
 * reject: went on
 */
#include "belfry/hv.h"
#include "belfry/malloc.h"
#include "tap.h"
#define NDEBUG
#include "belfry/assert.h"

static int evaluated;

static void pass_without_asserts(void)
{
    assert(++evaluated == 7);
}

#undef NDEBUG
#include "belfry/assert.h"

static void fail_assert(volatile int one)
{
    assert(one == 1);
    assert(one == 2);
}

/* Read by the compiler as any pointer, so that it does not see what is wrong. */
static void *unknown(void *memory)
{
    __asm__ volatile("" : "+r"(memory));
    return memory;
}

static void fail(uint64_t how)
{
    static char *block;

    block = malloc(40);

    switch (how) {
    case 0:
        fail_assert(1);
        break;
    case 1:
        free(unknown(block));
        free(unknown(block));
        break;
    case 2:
        free(unknown(block + 8));
        break;
    case 3:
        block = realloc(unknown(&evaluated), 80);
        break;
    default:
        hv_panic("no lamp %d\n", 7);
    }
    hv_printf("went on with %p\n", (void *)block);
}

int main(void)
{
    pass_without_asserts();
    IS(evaluated, 0, "with NDEBUG an assert does not look");
    say("1..1");
    fail(hv_arg("how", 9));
    return 0;
}
