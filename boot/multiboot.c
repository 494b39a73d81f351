/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: Multiboot Specification 0.6.96, section 3.3, "Boot information format". */
#include "boot/multiboot.h"

#include <stdbool.h>
#include <stddef.h>

enum { HAS_MEMORY = 1 << 0, HAS_LINE = 1 << 2, HAS_MODULES = 1 << 3, HAS_MAP = 1 << 6 };

#define TYPE_AVAILABLE 1
#define UPPER_START    0x100000 /* where the memory that mem_upper counts begins */
#define UPPER_UNIT     1024

/* The part of the information that is used. */
struct information {
    uint32_t flags;
    uint32_t mem_lower, mem_upper;
    uint32_t boot_device;
    uint32_t line;
    uint32_t module_count, modules;
    uint32_t symbols[4];
    uint32_t map_length, map;
};

struct module {
    uint32_t start, end;
    uint32_t line; /* 0: none */
    uint32_t reserved;
};

/* An entry of the memory map: `size`, which does not count itself, then these, then perhaps more.
 * Words of four bytes, so that the layout has no padding. */
struct map_entry {
    uint32_t size;
    uint32_t base_low, base_high;
    uint32_t length_low, length_high;
    uint32_t type;
};

#define MAP_ENTRY_MIN (sizeof(struct map_entry) - sizeof(uint32_t)) /* `size` at least */

_Static_assert(sizeof(struct information) == 52 && sizeof(struct module) == 16 &&
                   sizeof(struct map_entry) == 24,
               "section 3.3");

static bool inside(const struct multiboot_memory *memory, uint64_t address, uint64_t length)
{
    return length <= memory->size && address <= memory->size - length;
}

/* Copies `length` bytes, at any alignment; false where they are not all inside. */
static bool fetch(const struct multiboot_memory *memory, uint64_t address, void *to, size_t length)
{
    if (!inside(memory, address, length))
        return false;
    __builtin_memcpy(to, memory->base + address, length);
    return true;
}

/* Copies a line of BOOT_LINE_MAX bytes at most. Answers whether it was cut: too long, or not ended
 * before the end of memory. */
static bool fetch_line(const struct multiboot_memory *memory, uint64_t address, char *line)
{
    unsigned length = 0;

    for (; length < BOOT_LINE_MAX - 1 && address < memory->size; address++) {
        line[length] = (char)memory->base[address];
        if (line[length] == '\0')
            return false;
        length++;
    }
    line[length] = '\0';
    return address >= memory->size || memory->base[address] != 0;
}

/* Puts a range among the others: in order, and united with those that it overlaps or touches. Where
 * the table is full, a range that stands alone is left out. */
static void add_range(struct boot_info *info, uint64_t start, uint64_t end)
{
    struct boot_range *ranges = info->ranges;
    unsigned first = 0;

    while (first < info->range_count && ranges[first].end < start)
        first++;
    unsigned after = first;
    for (; after < info->range_count && ranges[after].start <= end; after++) {
        start = start < ranges[after].start ? start : ranges[after].start;
        end = end > ranges[after].end ? end : ranges[after].end;
    }
    if (after == first) {
        if (info->range_count == BOOT_RANGES)
            return;
        for (unsigned i = info->range_count++; i > first; i--)
            ranges[i] = ranges[i - 1];
    } else {
        for (unsigned i = after; i < info->range_count; i++)
            ranges[i - (after - first - 1)] = ranges[i];
        info->range_count -= after - first - 1;
    }
    ranges[first] = (struct boot_range){start, end};
}

static void add_map_entry(struct boot_info *info, const struct map_entry *entry)
{
    uint64_t base = (uint64_t)entry->base_high << 32 | entry->base_low;
    uint64_t length = (uint64_t)entry->length_high << 32 | entry->length_low;

    if (entry->type != TYPE_AVAILABLE || length == 0)
        return;
    add_range(info, base, length > UINT64_MAX - base ? UINT64_MAX : base + length);
}

static const char *read_map(const struct multiboot_memory *memory,
                            const struct information *information, struct boot_info *info)
{
    uint64_t address = information->map;
    uint64_t end = address + information->map_length;

    while (address < end) {
        struct map_entry entry;
        if (end - address < sizeof(entry))
            return "the memory map ends inside an entry";
        if (!fetch(memory, address, &entry, sizeof(entry)))
            return "the memory map lies outside memory";
        if (entry.size < MAP_ENTRY_MIN)
            return "an entry of the memory map is shorter than 20 bytes";
        add_map_entry(info, &entry);
        address += sizeof(entry.size) + entry.size;
    }
    return NULL;
}

static const char *read_memory(const struct multiboot_memory *memory,
                               const struct information *information, struct boot_info *info)
{
    const char *error = NULL;

    if ((information->flags & HAS_MAP) != 0)
        error = read_map(memory, information, info);
    else if ((information->flags & HAS_MEMORY) == 0)
        error = "neither a memory map nor mem_upper was handed over";
    else if (information->mem_upper != 0)
        add_range(info, UPPER_START, UPPER_START + (uint64_t)information->mem_upper * UPPER_UNIT);
    if (error == NULL && info->range_count == 0)
        error = "the memory map has no available memory";
    return error;
}

static const char *read_module(const struct multiboot_memory *memory, uint64_t address,
                               struct boot_module *to)
{
    struct module module;

    if (!fetch(memory, address, &module, sizeof(module)))
        return "the table of modules lies outside memory";
    if (module.end < module.start)
        return "a module ends before it starts";
    if (!inside(memory, module.start, module.end - module.start))
        return "a module lies outside memory";
    if (!inside(memory, module.line, 1))
        return "a module's command line lies outside memory";
    to->memory = (struct boot_range){module.start, module.end};
    to->line[0] = '\0';
    to->line_cut = module.line != 0 && fetch_line(memory, module.line, to->line);
    return NULL;
}

static const char *read_modules(const struct multiboot_memory *memory,
                                const struct information *information, struct boot_info *info)
{
    if ((information->flags & HAS_MODULES) == 0)
        return NULL;
    info->module_count = information->module_count;
    for (unsigned i = 0; i < info->module_count && i < BOOT_MODULES; i++) {
        uint64_t address = information->modules + (uint64_t)i * sizeof(struct module);
        const char *error = read_module(memory, address, &info->modules[i]);
        if (error != NULL)
            return error;
    }
    return NULL;
}

static const char *read_line(const struct multiboot_memory *memory,
                             const struct information *information, struct boot_info *info)
{
    if ((information->flags & HAS_LINE) == 0 || information->line == 0)
        return NULL;
    if (!inside(memory, information->line, 1))
        return "the hypervisor's command line lies outside memory";
    info->line_cut = fetch_line(memory, information->line, info->line);
    return NULL;
}

const char *multiboot_read(const struct multiboot_memory *memory, uint32_t magic, uint32_t address,
                           struct boot_info *info)
{
    struct information information;
    const char *error;

    info->line[0] = '\0';
    info->line_cut = false;
    info->module_count = 0;
    info->range_count = 0;
    if (magic != MULTIBOOT_LOADED)
        return "the loader's magic number is not multiboot's, 0x2BADB002";
    if (!fetch(memory, address, &information, sizeof(information)))
        return "the multiboot information lies outside memory";
    error = read_line(memory, &information, info);
    if (error == NULL)
        error = read_memory(memory, &information, info);
    if (error == NULL)
        error = read_modules(memory, &information, info);
    return error;
}
