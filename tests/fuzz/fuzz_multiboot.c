/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reader of the multiboot information against a slow oracle, in a memory of any size: it ends
 * where it is said to, so that ASan sees whatever is read outside it.
 */
#include <string.h>
#include "boot/multiboot.h"
#include "fuzz.h"

/* Offsets and sizes: Multiboot Specification 0.6.96, section 3.3. */
enum { FLAGS = 0, UPPER = 8, LINE = 16, COUNT = 20, MODULES = 24, LENGTH = 44, MAP = 48 };
enum { INFORMATION = 52, MODULE = 16, ENTRY = 24, MAP_ENTRIES = 256, JUNK = 0x5A };

static struct multiboot_memory memory;
static uint32_t address; /* of the information */
static struct boot_info info;

static uint32_t word_at(uint64_t at)
{
    uint32_t word;

    expect(at + sizeof(word) <= memory.size);
    memcpy(&word, memory.base + at, sizeof(word));
    return word;
}

static uint32_t field(unsigned offset)
{
    return word_at(address + (uint64_t)offset);
}

static uint64_t double_at(uint64_t at)
{
    return word_at(at) | (uint64_t)word_at(at + 4) << 32;
}

/* ---- memory ---- */

static struct boot_range available[MAP_ENTRIES];
static unsigned available_count;

static void add(uint64_t start, uint64_t length)
{
    uint64_t end = length > UINT64_MAX - start ? UINT64_MAX : start + length;

    expect(available_count < MAP_ENTRIES);
    if (length > 0)
        available[available_count++] = (struct boot_range){start, end};
}

static void list_available(void)
{
    available_count = 0;
    if (!(field(FLAGS) & 1 << 6)) {
        expect(field(FLAGS) & 1);
        add(0x100000, (uint64_t)field(UPPER) << 10);
        return;
    }
    for (uint64_t at = field(MAP); at < (uint64_t)field(MAP) + field(LENGTH);
         at += 4 + (uint64_t)word_at(at)) {
        expect(word_at(at) >= 20);
        if (word_at(at + 20) == 1)
            add(double_at(at + 4), double_at(at + 12));
    }
}

static bool is_available(uint64_t byte)
{
    for (unsigned i = 0; i < available_count; i++)
        if (byte >= available[i].start && byte < available[i].end)
            return true;
    return false;
}

static bool is_listed(uint64_t byte)
{
    for (unsigned i = 0; i < info.range_count; i++)
        if (byte >= info.ranges[i].start && byte < info.ranges[i].end)
            return true;
    return false;
}

/* What is available changes only where some range begins or ends: looking there is enough. A full
 * table may leave something out, and never adds anything. */
static void expect_byte(uint64_t byte)
{
    if (is_listed(byte))
        expect(is_available(byte));
    else if (info.range_count < BOOT_RANGES && available_count < BOOT_RANGES)
        expect(!is_available(byte));
}

static void expect_around(const struct boot_range *ranges, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        expect_byte(ranges[i].start);
        expect_byte(ranges[i].start - 1);
        expect_byte(ranges[i].end);
        expect_byte(ranges[i].end - 1);
    }
}

static void expect_memory(void)
{
    list_available();
    expect(info.range_count >= 1 && info.range_count <= BOOT_RANGES);
    for (unsigned i = 0; i < info.range_count; i++) {
        expect(info.ranges[i].start < info.ranges[i].end);
        expect(i == 0 || info.ranges[i - 1].end < info.ranges[i].start);
    }
    expect_around(info.ranges, info.range_count);
    expect_around(available, available_count);
}

/* ---- lines and modules ---- */

/* `line` is what stands at `at`, up to a NUL, cut where it is too long or has no end. */
static void expect_line(const char *line, bool cut, uint64_t at)
{
    size_t length = strnlen(line, BOOT_LINE_MAX);

    expect(length < BOOT_LINE_MAX);
    expect(memcmp(line, memory.base + at, length) == 0);
    if (at + length < memory.size)
        expect(cut == (memory.base[at + length] != '\0'));
    else
        expect(cut);
    expect(!cut || length == BOOT_LINE_MAX - 1 || at + length == memory.size);
}

static void expect_own_line(void)
{
    bool has = field(FLAGS) & 1 << 2 && field(LINE) != 0;

    if (has)
        expect_line(info.line, info.line_cut, field(LINE));
    else
        expect(info.line[0] == '\0' && !info.line_cut);
}

static void expect_module(const struct boot_module *module, uint64_t at)
{
    expect(module->memory.start == word_at(at) && module->memory.end == word_at(at + 4));
    expect(module->memory.start <= module->memory.end && module->memory.end <= memory.size);
    if (word_at(at + 8) != 0)
        expect_line(module->line, module->line_cut, word_at(at + 8));
    else
        expect(module->line[0] == '\0' && !module->line_cut);
}

static void expect_modules(void)
{
    expect(info.module_count == (field(FLAGS) & 1 << 3 ? field(COUNT) : 0));
    for (unsigned i = 0; i < info.module_count && i < BOOT_MODULES; i++)
        expect_module(&info.modules[i], field(MODULES) + (uint64_t)i * MODULE);
}

/* ---- what a loader could leave ---- */

static uint8_t *bytes; /* the memory, while it is filled */

/* Writes what of it lies inside. */
static void put(uint64_t at, uint64_t value, size_t length)
{
    if (at <= memory.size && length <= memory.size - at)
        memcpy(bytes + at, &value, length);
}

/* Where something is: inside, around the end, or anywhere. */
static uint32_t place(struct input *input)
{
    unsigned how = input_byte(input);

    if (how >= 250)
        return (uint32_t)input_word(input);
    if (how >= 230)
        return (uint32_t)memory.size + 10 - how;
    return (uint32_t)(input_below(input, 65536) % (memory.size + 1));
}

/* Answers where it ends. */
static uint64_t make_map(struct input *input, uint64_t at, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned how = input_byte(input), unit = how & 1 ? 60 : 12;
        uint64_t size = how < 250 ? 20 + how / 32 : how - 235;
        put(at, size, 4);
        put(at + 4, (uint64_t)input_byte(input) << unit, 8);
        put(at + 12, (uint64_t)(input_byte(input) % 8) << unit, 8);
        put(at + 20, how & 2 && how & 4 ? how & 15 : 1, 4);
        at += 4 + size;
    }
    return at;
}

static void make_modules(struct input *input, uint64_t at, unsigned count)
{
    for (unsigned i = 0; i < count; i++, at += MODULE) {
        uint32_t start = place(input);
        put(at, start, 4);
        put(at + 4, start + (uint64_t)input_byte(input), 4);
        put(at + 8, input_flag(input) ? place(input) : 0, 4);
    }
}

/* The information last, so that what overlaps it does not spoil it. */
static void make_information(struct input *input)
{
    uint32_t flags = 1u << 6 ^ input_byte(input);
    uint32_t map = place(input), modules = place(input), line = place(input);
    unsigned count = input_byte(input) % 80, entries = 1 + input_byte(input) % 100;
    uint64_t map_length = make_map(input, map, entries) - map + input_byte(input) / 250;

    make_modules(input, modules, count);
    put(address + (uint64_t)FLAGS, flags, 4);
    put(address + (uint64_t)UPPER, input_byte(input), 4);
    put(address + (uint64_t)LINE, line, 4);
    put(address + (uint64_t)COUNT, count, 4);
    put(address + (uint64_t)MODULES, modules, 4);
    put(address + (uint64_t)LENGTH, map_length, 4);
    put(address + (uint64_t)MAP, map, 4);
}

/* JUNK without a NUL, with what a loader could leave in it. */
static void make(struct input *input)
{
    memory.size = 64 * (input_below(input, 65) + 1u);
    memory.base = bytes = exact_bytes(memory.size);
    memset(bytes, JUNK, memory.size);
    address = place(input);
    for (unsigned nuls = input_byte(input) % 8; nuls > 0; nuls--)
        put(place(input), 0, 1);
    make_information(input);
}

/* The input as it is. */
static void copy(struct input *input)
{
    address = input_below(input, 65536);
    memory.size = (uint64_t)(input->end - input->at);
    memory.base = bytes = exact_bytes(memory.size);
    for (uint64_t i = 0; i < memory.size; i++)
        bytes[i] = input_byte(input);
}

static void read_it(uint32_t magic)
{
    memset(&info, JUNK, sizeof(info));
    const char *error = multiboot_read(&memory, magic, address, &info);

    if (error) {
        expect(error[0] != '\0');
        return;
    }
    expect(magic == MULTIBOOT_LOADED);
    expect_memory();
    expect_own_line();
    expect_modules();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, data + size};
    unsigned how = input_byte(&input);

    if (how & 1)
        copy(&input);
    else
        make(&input);
    read_it(how < 250 ? MULTIBOOT_LOADED : how);
    exact_free(bytes);
    return 0;
}
