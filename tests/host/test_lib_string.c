/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest library's memory and string functions against the host's. Strings are short and of few
 * letters, so that they are equal, begin alike, and hold each other often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "chance.h"

enum { TIMES = 20000, SIZE = 24 };

/* lib_names.h has renamed them. */
extern __typeof__(memcpy) lib_memcpy, lib_memmove;
extern __typeof__(memset) lib_memset;
extern __typeof__(memcmp) lib_memcmp;
extern __typeof__(memchr) lib_memchr;
extern __typeof__(strlen) lib_strlen;
extern __typeof__(strnlen) lib_strnlen;
extern __typeof__(strcmp) lib_strcmp;
extern __typeof__(strncmp) lib_strncmp;
extern __typeof__(strchr) lib_strchr, lib_strrchr;
extern __typeof__(strstr) lib_strstr, lib_strpbrk;
extern __typeof__(strspn) lib_strspn, lib_strcspn;
extern __typeof__(strcpy) lib_strcpy, lib_strcat;
extern __typeof__(strncpy) lib_strncpy, lib_strncat;
size_t lib_strlcpy(char *to, const char *from, size_t size);
size_t lib_strlcat(char *to, const char *from, size_t size);

static char any_letter(void)
{
    return "ab\xFF"[chance(3)];
}

/* In memory of its own, exactly as long: ASan sees a byte too many. */
static char *any_string(void)
{
    size_t length = chance(SIZE);
    char *text = malloc(length + 1);

    for (size_t i = 0; i < length; i++)
        text[i] = any_letter();
    text[length] = '\0';
    return text;
}

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

static void check_looks(const char *a, const char *b)
{
    size_t limit = chance(SIZE + 4);
    char letter = any_letter();
    if (chance(5) == 0)
        letter = '\0';
    size_t both = strlen(a) < strlen(b) ? strlen(a) : strlen(b);

    assert_int_equal(lib_strlen(a), strlen(a));
    assert_int_equal(lib_strnlen(a, limit), strnlen(a, limit));
    assert_int_equal(sign(lib_strcmp(a, b)), sign(strcmp(a, b)));
    assert_int_equal(sign(lib_strncmp(a, b, limit)), sign(strncmp(a, b, limit)));
    assert_int_equal(sign(lib_memcmp(a, b, both)), sign(memcmp(a, b, both)));
    assert_ptr_equal(lib_memchr(a, letter, strlen(a)), memchr(a, letter, strlen(a)));
    assert_ptr_equal(lib_memchr(a, letter + 256, strlen(a)), memchr(a, letter + 256, strlen(a)));
    assert_ptr_equal(lib_strchr(a, letter), strchr(a, letter));
    assert_ptr_equal(lib_strrchr(a, letter), strrchr(a, letter));
    assert_ptr_equal(lib_strstr(a, b), strstr(a, b));
    assert_ptr_equal(lib_strstr(a, b + strlen(b) / 2), strstr(a, b + strlen(b) / 2));
}

static void test_looks(void **state)
{
    (void)state;
    for (int i = 0; i < TIMES; i++) {
        char *a = any_string(), *b = any_string();
        check_looks(a, b);
        check_looks(a, a);
        free(a);
        free(b);
    }
}

static void test_sets(void **state)
{
    static const char *const sets[] = {"", "a", "b", "\xFF", "ab", "ba\xFF"};

    (void)state;
    for (int i = 0; i < TIMES; i++) {
        char *text = any_string();
        const char *set = sets[chance(6)];
        assert_int_equal(lib_strspn(text, set), strspn(text, set));
        assert_int_equal(lib_strcspn(text, set), strcspn(text, set));
        assert_ptr_equal(lib_strpbrk(text, set), strpbrk(text, set));
        free(text);
    }
}

/* Two buffers with the same in them, one for each library; both are compared whole. */
struct pair {
    char host[4 * SIZE];
    char lib[4 * SIZE];
};

static void assert_pair(const struct pair *pair)
{
    assert_memory_equal(pair->lib, pair->host, sizeof(pair->lib));
}

static struct pair any_pair(const char *text)
{
    struct pair pair;

    memset(&pair, '#', sizeof(pair));
    memcpy(pair.host, text, strlen(text) + 1);
    memcpy(pair.lib, text, strlen(text) + 1);
    return pair;
}

static void check_writes(const char *before, const char *text)
{
    struct pair pair = any_pair(before);
    size_t limit = chance(SIZE + 8);

    strncat(pair.host, text, limit);
    assert_ptr_equal(lib_strncat(pair.lib, text, limit), pair.lib);
    assert_pair(&pair);
    strcat(pair.host, text);
    assert_ptr_equal(lib_strcat(pair.lib, text), pair.lib);
    assert_pair(&pair);
    strncpy(pair.host, text, limit);
    assert_ptr_equal(lib_strncpy(pair.lib, text, limit), pair.lib);
    assert_pair(&pair);
    strcpy(pair.host, text);
    assert_ptr_equal(lib_strcpy(pair.lib, text), pair.lib);
    assert_pair(&pair);
}

/* The host has no strlcpy: what it must do is written down. */
static void check_cut_writes(const char *before, const char *text)
{
    struct pair pair = any_pair(before);
    size_t size = chance(2 * SIZE), kept = strnlen(before, size);

    if (kept < size) {
        size_t copied = strnlen(text, size - kept - 1);
        memcpy(pair.host + kept, text, copied);
        pair.host[kept + copied] = '\0';
    }
    assert_int_equal(lib_strlcat(pair.lib, text, size), kept + strlen(text));
    assert_pair(&pair);
    if (size > 0) {
        memcpy(pair.host, text, strnlen(text, size - 1));
        pair.host[strnlen(text, size - 1)] = '\0';
    }
    assert_int_equal(lib_strlcpy(pair.lib, text, size), strlen(text));
    assert_pair(&pair);
}

static void test_writes(void **state)
{
    (void)state;
    for (int i = 0; i < TIMES; i++) {
        char *before = any_string(), *text = any_string();
        check_writes(before, text);
        check_cut_writes(before, text);
        free(before);
        free(text);
    }
}

/* From any place to any other, above and below, overlapping or not. */
static void test_bytes(void **state)
{
    struct pair pair;

    (void)state;
    for (size_t i = 0; i < sizeof(pair.host); i++)
        pair.host[i] = pair.lib[i] = (char)i;
    for (int i = 0; i < TIMES; i++) {
        size_t size = chance(SIZE), to = chance(3 * SIZE), from = chance(3 * SIZE);
        memmove(pair.host + to, pair.host + from, size);
        assert_ptr_equal(lib_memmove(pair.lib + to, pair.lib + from, size), pair.lib + to);
        assert_pair(&pair);
        lib_memcpy(pair.lib + to, pair.host + from, size);
        memcpy(pair.host + to, pair.lib + to, size);
        int value = (int)chance(1000) - 500;
        memset(pair.host + from, value, size);
        assert_ptr_equal(lib_memset(pair.lib + from, value, size), pair.lib + from);
        assert_pair(&pair);
        pair.host[to] = pair.lib[to] = (char)i;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_looks),
        cmocka_unit_test(test_sets),
        cmocka_unit_test(test_writes),
        cmocka_unit_test(test_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
