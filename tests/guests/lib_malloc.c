/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library's malloc over the partition's memory: all of it, from the image to the stack's guard
 * page, and no more; in handlers at the same time.
 *
 * system: lib_malloc line=0
 * system: tiny mem=128K line=0
 * hv: hz=10000
 */
#include "belfry/hv.h"
#include "belfry/malloc.h"
#include "tap.h"

enum { CHUNK = 4096, UPCALLS = 1000, KEPT = 16 };

extern char _end[];

static uint64_t heap_end(void)
{
    return HV_MEM_BASE + hv_page()->mem_size - HV_STACK_SIZE - HV_PAGE_SIZE;
}

/* Blocks until there are no more, in a list; each is written to its last byte. */
struct chunk {
    struct chunk *next;
    char bytes[CHUNK - sizeof(struct chunk *)];
};

static struct chunk *take_all(uint64_t *count, uint64_t *highest)
{
    struct chunk *all = NULL, *chunk;

    for (*count = *highest = 0; (chunk = malloc(sizeof(*chunk))) != NULL; ++*count) {
        memset(chunk, 0xA5, sizeof(*chunk));
        chunk->next = all;
        all = chunk;
        if ((uint64_t)(chunk + 1) > *highest)
            *highest = (uint64_t)(chunk + 1);
    }
    return all;
}

static void give_all(struct chunk *all)
{
    while (all) {
        struct chunk *next = all->next;
        free(all);
        all = next;
    }
}

static bool refused(void *memory)
{
    free(memory);
    return memory == NULL;
}

static void check_all_of_it(void)
{
    uint64_t room = heap_end() - (uint64_t)_end, count, highest;

    give_all(take_all(&count, &highest));
    IS(count, (room - 15) / (CHUNK + 16), "as many blocks as there is room for");
    OK(highest <= heap_end() && highest > heap_end() - CHUNK - 48, "up to the guard page");
    void *all = malloc(room - 64);
    OK(all != NULL, "given back, they are one again");
    OK(refused(malloc(64)) && refused(malloc(SIZE_MAX)), "with all taken, NULL");
    free(all);
}

static void check_calloc(void)
{
    give_all(take_all(&(uint64_t){0}, &(uint64_t){0})); /* so that nothing is 0 by itself */
    char *zeros = calloc(3, 333);
    bool good = zeros != NULL;
    for (int i = 0; good && i < 999; i++)
        good = zeros[i] == 0;
    OK(good, "calloc's bytes are 0");
    volatile size_t large = SIZE_MAX / 2; /* not seen by the compiler's own check */
    OK(refused(calloc(large, 3)), "more than a size_t holds: NULL");
    free(zeros);
}

static void check_realloc(void)
{
    char *text = realloc(NULL, 8);
    strcpy(text, "content");
    void *wall = malloc(8);
    char *moved = realloc(text, 3000);
    OK(moved && moved != text && !strcmp(moved, "content"), "larger: moved, with what it held");
    char *smaller = realloc(moved, 8);
    OK(smaller && smaller == moved && !strcmp(smaller, "content"), "smaller: where it is");
    void *behind = malloc(2000);
    OK((uint64_t)behind - (uint64_t)smaller < 3000, "what it gave back is free");
    void *larger = realloc(smaller, heap_end());
    OK(!larger && smaller && !strcmp(smaller, "content"), "too large: NULL, and it stays");
    free(larger);
    if (!larger)
        free(smaller);
    free(behind);
    free(wall);
}

/* The handler takes and gives between any two instructions of main()'s. */
static char *of_handler[2];
static uint64_t upcalls, wrong;

static void on_tick(const struct hv_upcall *upcall, void *context)
{
    (void)context;
    (void)upcall;
    char **mine = &of_handler[upcalls++ % 2];
    if (*mine && **mine != 'h')
        wrong++;
    free(*mine);
    *mine = malloc(1 + upcalls * 11 % 200);
    if (*mine)
        **mine = 'h';
}

static bool holds(const char *bytes, char value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != value)
            return false;
    return true;
}

static void check_with_handler(void)
{
    struct {
        char *bytes;
        size_t size;
    } kept[KEPT] = {{0}};

    IS(hv_irq_register(HV_VECTOR_PIT, on_tick, NULL), 0, "a handler that takes and gives");
    hv_irq_enable();
    for (unsigned i = 0; upcalls < UPCALLS; i++) {
        char value = (char)(i % KEPT);
        if (!holds(kept[i % KEPT].bytes, value, kept[i % KEPT].size))
            wrong++;
        free(kept[i % KEPT].bytes);
        kept[i % KEPT].size = 1 + i * 7 % 200;
        kept[i % KEPT].bytes = malloc(kept[i % KEPT].size);
        memset(kept[i % KEPT].bytes, value, kept[i % KEPT].size);
    }
    hv_irq_disable();
    hv_irq_unregister(HV_VECTOR_PIT);
    IS(wrong, 0, "between %d of its upcalls main() does: nobody's bytes were touched", UPCALLS);
    for (unsigned i = 0; i < KEPT; i++)
        free(kept[i].bytes);
    free(of_handler[0]);
    free(of_handler[1]);
    uint64_t count, highest;
    give_all(take_all(&count, &highest));
    IS(count, (heap_end() - (uint64_t)_end - 15) / (CHUNK + 16), "and all is there again");
}

int main(void)
{
    check_all_of_it();
    check_calloc();
    check_realloc();
    check_with_handler();
    tap_done();
}
