/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/x86/paging.h"
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include "arch/x86/cpu.h"
#include "arch/x86/stacks.h"
#include "belfry/hv_abi.h"
#include "hv/arch.h"
#include "hv/check.h"
#include "hv/memory.h"

enum {
    PTE_PRESENT = 1 << 0,
    PTE_WRITE = 1 << 1,
    PTE_USER = 1 << 2,
    PTE_UNCACHED = 1 << 4 | 1 << 3, /* PCD, PWT */
    PTE_LARGE = 1 << 7,
    PTE_GLOBAL = 1 << 8
};
#define PTE_NX      (UINT64_C(1) << 63)
#define PTE_ADDRESS UINT64_C(0x000FFFFFFFFFF000)
#define TABLE       UINT64_C(512) /* entries */
#define LARGE_PAGE  UINT64_C(0x200000)
#define GIB         UINT64_C(0x40000000)
#define IMAGE_PTS   2 /* the image lies below 4 MiB */

#define TABLE_BSS __attribute__((section(".bss.tables"), aligned(4096)))

/* multiboot.asm fills the first four; image_pdpt then shares direct_pd. */
extern uint64_t pml4[TABLE], direct_pdpt[TABLE], direct_pd[4][TABLE], image_pdpt[TABLE];
TABLE_BSS uint64_t pml4[TABLE];
TABLE_BSS uint64_t direct_pdpt[TABLE];
TABLE_BSS uint64_t direct_pd[4][TABLE];
TABLE_BSS uint64_t image_pdpt[TABLE];
TABLE_BSS static uint64_t image_pd[TABLE];
TABLE_BSS static uint64_t image_pt[IMAGE_PTS][TABLE];
/* The direct map of the first 4 MiB in small pages: it leaves the image out. */
TABLE_BSS static uint64_t direct_pt[IMAGE_PTS][TABLE];

extern const char image_start[], text_start[], text_end[], rodata_end[], data_end[], image_end[];

static uint64_t image_physical(const void *address)
{
    return (uint64_t)address - IMAGE_BASE;
}

uint64_t paging_root(void)
{
    return image_physical(pml4);
}

static void map_image(const char *start, const char *end, uint64_t flags)
{
    for (uint64_t page = image_physical(start); page < image_physical(end); page += HV_PAGE_SIZE)
        image_pt[page / LARGE_PAGE][page / HV_PAGE_SIZE % TABLE] =
            page | PTE_PRESENT | PTE_GLOBAL | flags;
}

static void guard_stacks(void)
{
    for (unsigned i = 0; i < STACK_COUNT; i++) {
        uint64_t guard = image_physical(&stacks[i]);
        image_pt[guard / LARGE_PAGE][guard / HV_PAGE_SIZE % TABLE] = 0;
    }
}

static void build_image_map(void)
{
    map_image(text_start, text_end, 0);
    map_image(text_end, rodata_end, PTE_NX);
    map_image(rodata_end, data_end, PTE_WRITE | PTE_NX);
    guard_stacks();
    for (unsigned i = 0; i < IMAGE_PTS; i++)
        image_pd[i] = image_physical(image_pt[i]) | PTE_PRESENT | PTE_WRITE;
    image_pdpt[510] = image_physical(image_pd) | PTE_PRESENT | PTE_WRITE;
}

static bool in_image(uint64_t physical)
{
    return physical >= image_physical(image_start) && physical < image_physical(image_end);
}

static void build_direct_map(void)
{
    for (uint64_t page = 0; page < IMAGE_PTS * LARGE_PAGE; page += HV_PAGE_SIZE)
        if (!in_image(page))
            direct_pt[page / LARGE_PAGE][page / HV_PAGE_SIZE % TABLE] =
                page | PTE_PRESENT | PTE_WRITE | PTE_GLOBAL | PTE_NX;
    for (unsigned i = 0; i < IMAGE_PTS; i++)
        direct_pd[0][i] = image_physical(direct_pt[i]) | PTE_PRESENT | PTE_WRITE;
    /* The IOAPIC's and the LAPIC's registers (Intel SDM volume 3, section 11.4.1). */
    direct_pd[3][0xFEC00000 % GIB / LARGE_PAGE] |= PTE_UNCACHED;
    direct_pd[3][0xFEE00000 % GIB / LARGE_PAGE] |= PTE_UNCACHED;
    pml4[256] |= PTE_NX;
}

void paging_init(void)
{
    build_image_map();
    build_direct_map();
    pml4[0] = 0;
    write_cr3(paging_root());
}

void *arch_memory(uint64_t physical)
{
    return direct_map(physical);
}

/* Maps the GiB at `start` into the direct map; the table for it comes from memory that is mapped
 * already. */
static bool map_gib(struct memory *memory, uint64_t start)
{
    uint64_t physical = memory_take(memory, HV_PAGE_SIZE, HV_PAGE_SIZE);

    if (physical == 0 || physical >= DIRECT_BOOT_SIZE)
        return false;
    uint64_t *pd = direct_map(physical);
    for (unsigned i = 0; i < TABLE; i++)
        pd[i] = (start + i * LARGE_PAGE) | PTE_PRESENT | PTE_WRITE | PTE_LARGE | PTE_GLOBAL;
    direct_pdpt[start / GIB] = physical | PTE_PRESENT | PTE_WRITE;
    return true;
}

void arch_memory_init(struct memory *memory)
{
    struct memory all = *memory;

    memory_reserve(memory, 0, 0x100000); /* the firmware's, and never page 0 */
    memory_reserve(memory, image_physical(image_start), image_physical(image_end));
    memory_reserve(memory, TABLE * GIB, UINT64_MAX);
    for (unsigned i = 0; i < all.count; i++)
        for (uint64_t gib = all.ranges[i].start / GIB; gib < TABLE; gib++) {
            if (gib * GIB >= all.ranges[i].end)
                break;
            if (direct_pdpt[gib] == 0 && !map_gib(memory, gib * GIB))
                memory_reserve(memory, gib * GIB, (gib + 1) * GIB);
        }
}

static uint64_t *new_tables(struct memory *memory, uint64_t count)
{
    uint64_t physical = memory_take(memory, count * HV_PAGE_SIZE, HV_PAGE_SIZE);

    if (physical == 0)
        return NULL;
    return memset(direct_map(physical), 0, count * HV_PAGE_SIZE);
}

static uint64_t table_entry(const uint64_t *table)
{
    return ((uint64_t)table - DIRECT_BASE) | PTE_PRESENT | PTE_WRITE | PTE_USER;
}

/*
 * In a row: the PML4, one PDPT, two directories (the guest's range is at most 1 GiB and begins
 * below 4 MiB), and the page tables, so that all of a guest's entries form one array.
 */
bool arch_space_create(struct arch_space *space, struct memory *memory, uint64_t physical,
                       uint64_t count)
{
    uint64_t first = (HV_MEM_BASE - HV_PAGE_SIZE) / HV_PAGE_SIZE;
    uint64_t first_pt = first / TABLE;
    uint64_t pt_count = (first + count - 1) / TABLE - first_pt + 1;
    uint64_t *tables = new_tables(memory, 4 + pt_count);

    if (!tables)
        return false;
    uint64_t *pdpt = tables + TABLE, *pd = pdpt + TABLE, *pt = pd + 2 * TABLE;
    memcpy(tables + TABLE / 2, pml4 + TABLE / 2, TABLE / 2 * sizeof(*tables));
    tables[0] = table_entry(pdpt);
    pdpt[0] = table_entry(pd);
    pdpt[1] = table_entry(pd + TABLE);
    for (uint64_t i = 0; i < pt_count; i++)
        pd[first_pt + i] = table_entry(pt + i * TABLE);
    space->root = (uint64_t)tables - DIRECT_BASE;
    space->pages = pt + first % TABLE;
    for (uint64_t page = 0; page < count; page++)
        space->pages[page] = (physical + page * HV_PAGE_SIZE) | PTE_NX;
    return true;
}

void arch_page_set(struct arch_space *space, uint64_t index, unsigned access)
{
    uint64_t entry = space->pages[index] & PTE_ADDRESS;

    CHECK(!(access & PAGE_WRITE) || !(access & PAGE_EXECUTE));
    if (access)
        entry |= PTE_PRESENT | PTE_USER;
    if (access & PAGE_WRITE)
        entry |= PTE_WRITE;
    if (!(access & PAGE_EXECUTE))
        entry |= PTE_NX;
    space->pages[index] = entry;
}

/* What is not present is neither writable nor executable, so that one bit answers each. */
unsigned arch_page_get(const struct arch_space *space, uint64_t index)
{
    uint64_t entry = space->pages[index];

    return (entry & PTE_PRESENT ? PAGE_READ : 0u) | (entry & PTE_WRITE ? PAGE_WRITE : 0u) |
           (entry & PTE_NX ? 0u : PAGE_EXECUTE);
}
