/* SPDX-License-Identifier: BSD-2-Clause */
#include "belfry/malloc.h"
#include "belfry/hv.h"
#include "heap.h"

extern char _end[]; /* the image's, from the linker */

static struct heap the_heap;

/* From the image's end to the stack's guard page. */
static struct heap *heap(void)
{
    const struct hv_vcpu_page *page = hv_page();
    uintptr_t start = ((uintptr_t)_end + 15) & ~(uintptr_t)15;
    uintptr_t end = page->mem_base + page->mem_size - page->stack_size - HV_PAGE_SIZE;

    if (!the_heap.start && start < end)
        heap_init(&the_heap, (void *)start, end - start);
    return &the_heap;
}

static void check_block(const void *memory)
{
    if (!heap_has(&the_heap, memory))
        hv_panic("free or realloc of %p, which is no block in use\n", memory);
}

static void *take(size_t size)
{
    bool enabled = hv_irq_save();
    void *memory = heap_take(heap(), size);

    hv_irq_restore(enabled);
    return memory;
}

void *malloc(size_t size)
{
    return take(size);
}

void *calloc(size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    void *memory = take(bytes);
    return memory ? memset(memory, 0, bytes) : NULL;
}

void free(void *memory)
{
    if (!memory)
        return;
    bool enabled = hv_irq_save();
    check_block(memory);
    heap_give(&the_heap, memory);
    hv_irq_restore(enabled);
}

static void trim(void *memory, size_t size)
{
    bool enabled = hv_irq_save();

    heap_trim(&the_heap, memory, size);
    hv_irq_restore(enabled);
}

void *realloc(void *memory, size_t size)
{
    if (!memory)
        return take(size);
    check_block(memory);
    if (size <= heap_size(memory)) {
        trim(memory, size);
        return memory;
    }
    void *larger = take(size);
    if (!larger)
        return NULL;
    memcpy(larger, memory, heap_size(memory));
    free(memory);
    return larger;
}
