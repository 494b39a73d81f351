/* SPDX-License-Identifier: BSD-2-Clause */
/* Each test lays out a small physical memory; ASan sees a read outside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "boot/multiboot.h"

#define MEMORY_SIZE 0x8000
#define INFORMATION 0x101 /* addresses are odd on purpose: nothing need be aligned */
#define LINE        0x203
#define MODULES     0x1001
#define MAP         0x3003
#define TEXT        0x5000
#define MIB         0x100000ull

enum { HAS_MEMORY = 1, HAS_LINE = 4, HAS_MODULES = 8, HAS_MAP = 64 };

/* Offsets of the information's fields (section 3.3). */
enum {
    FLAGS = 0,
    MEM_UPPER = 8,
    CMDLINE = 16,
    MODS_COUNT = 20,
    MODS_ADDR = 24,
    MMAP_LENGTH = 44,
    MMAP_ADDR = 48
};

static uint8_t *bytes;
static struct boot_info info;
static uint32_t map_length;

static void put32(uint32_t address, uint32_t value)
{
    memcpy(bytes + address, &value, sizeof(value));
}

static void put64(uint32_t address, uint64_t value)
{
    memcpy(bytes + address, &value, sizeof(value));
}

static void put_text(uint32_t address, const char *text)
{
    memcpy(bytes + address, text, strlen(text) + 1);
}

static void set(uint32_t field, uint32_t value)
{
    put32(INFORMATION + field, value);
}

static void set_flag(uint32_t flag)
{
    uint32_t flags;

    memcpy(&flags, bytes + INFORMATION + FLAGS, sizeof(flags));
    set(FLAGS, flags | flag);
}

/* Appends an entry to the map; `size` is 20 for the usual one. */
static void add_entry_sized(uint64_t base, uint64_t length, uint32_t type, uint32_t size)
{
    put32(MAP + map_length, size);
    put64(MAP + map_length + 4, base);
    put64(MAP + map_length + 12, length);
    put32(MAP + map_length + 20, type);
    map_length += size + 4;
    set_flag(HAS_MAP);
    set(MMAP_ADDR, MAP);
    set(MMAP_LENGTH, map_length);
}

static void add_entry(uint64_t base, uint64_t length)
{
    add_entry_sized(base, length, 1, 20);
}

static void add_module(unsigned index, uint32_t start, uint32_t end, uint32_t line)
{
    uint32_t at = MODULES + index * 16;

    put32(at, start);
    put32(at + 4, end);
    put32(at + 8, line);
    set_flag(HAS_MODULES);
    set(MODS_ADDR, MODULES);
    set(MODS_COUNT, index + 1);
}

static const char *read_at(uint32_t address)
{
    struct multiboot_memory memory = {bytes, MEMORY_SIZE};

    memset(&info, 0xA5, sizeof(info)); /* nothing is taken for set that was not */
    return multiboot_read(&memory, MULTIBOOT_LOADED, address, &info);
}

static void assert_read(void)
{
    const char *error = read_at(INFORMATION);

    if (error != NULL)
        fail_msg("%s", error);
}

static void assert_refused(const char *expected)
{
    const char *error = read_at(INFORMATION);

    assert_non_null(error);
    assert_string_equal(error, expected);
}

static void assert_range(unsigned index, uint64_t start, uint64_t end)
{
    assert_true(index < info.range_count);
    assert_int_equal(info.ranges[index].start, start);
    assert_int_equal(info.ranges[index].end, end);
}

static int setup(void **state)
{
    (void)state;
    bytes = calloc(1, MEMORY_SIZE);
    map_length = 0;
    return bytes == NULL;
}

static int setup_with_map(void **state)
{
    if (setup(state) != 0)
        return -1;
    add_entry(MIB, MIB);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(bytes);
    return 0;
}

static void test_magic(void **state)
{
    struct multiboot_memory memory = {bytes, MEMORY_SIZE};

    (void)state;
    const char *error = multiboot_read(&memory, 0x36D76289, INFORMATION, &info);
    assert_string_equal(error, "the loader's magic number is not multiboot's, 0x2BADB002");
}

static void test_information_outside(void **state)
{
    static const uint32_t addresses[] = {MEMORY_SIZE - 51, MEMORY_SIZE, 0xFFFFFFFF};

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        assert_string_equal(read_at(addresses[i]), "the multiboot information lies outside memory");
    /* The last place where it fits is read: there it has no flags set. */
    assert_string_equal(read_at(MEMORY_SIZE - 52),
                        "neither a memory map nor mem_upper was handed over");
}

static void test_no_memory_at_all(void **state)
{
    struct multiboot_memory memory = {bytes, 0};

    (void)state;
    assert_non_null(multiboot_read(&memory, MULTIBOOT_LOADED, 0, &info));
}

static void test_minimal(void **state)
{
    (void)state;
    assert_read();
    assert_string_equal(info.line, "");
    assert_false(info.line_cut);
    assert_int_equal(info.module_count, 0);
    assert_int_equal(info.range_count, 1);
    assert_range(0, MIB, 2 * MIB);
}

static void test_mem_upper(void **state)
{
    (void)state;
    assert_refused("neither a memory map nor mem_upper was handed over");
    set_flag(HAS_MEMORY);
    assert_refused("the memory map has no available memory");
    set(MEM_UPPER, 1024);
    assert_read();
    assert_int_equal(info.range_count, 1);
    assert_range(0, MIB, 2 * MIB);
    set(MEM_UPPER, 0xFFFFFFFF);
    assert_read();
    assert_range(0, MIB, MIB + 0xFFFFFFFFull * 1024);
}

static void test_map_comes_before_mem_upper(void **state)
{
    (void)state;
    set_flag(HAS_MEMORY);
    set(MEM_UPPER, 4096);
    assert_read();
    assert_range(0, MIB, 2 * MIB);
}

static void test_map_of_available_memory(void **state)
{
    (void)state;
    add_entry(0x100000000, 0x40000000);
    add_entry_sized(0xF0000, 0x10000, 2, 20);
    add_entry_sized(0x200000, 0x1000, 3, 20);
    add_entry(0, 0x9FC00);
    add_entry(0x300000, 0);
    assert_read();
    assert_int_equal(info.range_count, 3);
    assert_range(0, 0, 0x9FC00);
    assert_range(1, MIB, 2 * MIB);
    assert_range(2, 0x100000000, 0x140000000);
}

static void test_map_without_available_memory(void **state)
{
    (void)state;
    add_entry_sized(0, MIB, 2, 20);
    assert_refused("the memory map has no available memory");
}

static void test_empty_map(void **state)
{
    (void)state;
    set_flag(HAS_MAP);
    set(MMAP_ADDR, MAP);
    assert_refused("the memory map has no available memory");
}

static void test_map_with_larger_entries(void **state)
{
    (void)state;
    add_entry_sized(4 * MIB, MIB, 1, 24);
    add_entry_sized(8 * MIB, MIB, 1, 33);
    add_entry(16 * MIB, MIB);
    assert_read();
    assert_int_equal(info.range_count, 4);
    assert_range(1, 4 * MIB, 5 * MIB);
    assert_range(2, 8 * MIB, 9 * MIB);
    assert_range(3, 16 * MIB, 17 * MIB);
}

static void test_map_with_short_entry(void **state)
{
    static const uint32_t sizes[] = {0, 1, 16, 19};

    (void)state;
    add_entry(4 * MIB, MIB);
    for (unsigned i = 0; i < 4; i++) {
        put32(MAP + 24, sizes[i]);
        assert_refused("an entry of the memory map is shorter than 20 bytes");
    }
}

static void test_map_that_ends_inside_an_entry(void **state)
{
    (void)state;
    for (uint32_t length = 1; length < 24; length++) {
        set(MMAP_LENGTH, 24 + length);
        assert_refused("the memory map ends inside an entry");
    }
}

static void test_map_with_huge_entry_size(void **state)
{
    (void)state;
    put32(MAP, 0xFFFFFFFF);
    assert_read();
    assert_int_equal(info.range_count, 1);
}

static void test_map_outside_memory(void **state)
{
    static const uint32_t addresses[] = {MEMORY_SIZE - 23, MEMORY_SIZE, 0xFFFFFFF0};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        set(MMAP_ADDR, addresses[i]);
        assert_refused("the memory map lies outside memory");
    }
    /* A length that leaves memory after a good entry, and one that would wrap 32 bits. */
    set(MMAP_ADDR, MAP);
    for (uint32_t at = MAP; at + 24 <= MEMORY_SIZE; at += 24)
        put32(at, 20);
    set(MMAP_LENGTH, 0xFFFFFFFF);
    assert_refused("the memory map lies outside memory");
}

static void test_map_range_that_wraps(void **state)
{
    (void)state;
    add_entry(0xFFFFFFFFFFFF0000, 0x20000);
    add_entry(0xFFFFFFFF00000000, UINT64_MAX);
    assert_read();
    assert_int_equal(info.range_count, 2);
    assert_range(1, 0xFFFFFFFF00000000, UINT64_MAX);
}

static void test_map_is_sorted_and_united(void **state)
{
    (void)state;
    add_entry(8 * MIB, MIB);
    add_entry(6 * MIB, MIB);
    add_entry(4 * MIB, MIB);
    add_entry(7 * MIB, MIB);         /* touches its neighbours on both sides */
    add_entry(4 * MIB + 1, MIB / 2); /* lies inside another */
    add_entry(MIB / 2, 2 * MIB);     /* covers another */
    assert_read();
    assert_int_equal(info.range_count, 3);
    assert_range(0, MIB / 2, MIB / 2 + 2 * MIB);
    assert_range(1, 4 * MIB, 5 * MIB);
    assert_range(2, 6 * MIB, 9 * MIB);
    add_entry(0, 100 * MIB);
    assert_read();
    assert_int_equal(info.range_count, 1);
    assert_range(0, 0, 100 * MIB);
}

static void test_map_with_too_many_ranges(void **state)
{
    (void)state;
    for (unsigned i = 1; i < BOOT_RANGES + 10; i++)
        add_entry(MIB + i * 2 * MIB, MIB);
    assert_read();
    assert_int_equal(info.range_count, BOOT_RANGES);
    for (unsigned i = 0; i < BOOT_RANGES; i++)
        assert_range(i, MIB + i * 2 * MIB, 2 * MIB + i * 2 * MIB);
    /* One that unites others still fits. */
    add_entry(2 * MIB, MIB);
    assert_read();
    assert_int_equal(info.range_count, BOOT_RANGES - 1);
    assert_range(0, MIB, 4 * MIB);
}

static void test_line(void **state)
{
    (void)state;
    set_flag(HAS_LINE);
    set(CMDLINE, LINE);
    put_text(LINE, "belfry.elf hz=100");
    assert_read();
    assert_string_equal(info.line, "belfry.elf hz=100");
    assert_false(info.line_cut);
}

static void test_line_without_flag(void **state)
{
    (void)state;
    set(CMDLINE, LINE);
    put_text(LINE, "hz=100");
    assert_read();
    assert_string_equal(info.line, "");
}

static void test_line_at_address_0_is_none(void **state)
{
    (void)state;
    set_flag(HAS_LINE);
    put_text(0, "hz=100");
    assert_read();
    assert_string_equal(info.line, "");
}

static void test_line_outside_memory(void **state)
{
    (void)state;
    set_flag(HAS_LINE);
    set(CMDLINE, MEMORY_SIZE);
    assert_refused("the hypervisor's command line lies outside memory");
    set(CMDLINE, 0xFFFFFFFF);
    assert_refused("the hypervisor's command line lies outside memory");
}

static void test_line_length(void **state)
{
    (void)state;
    set_flag(HAS_LINE);
    set(CMDLINE, TEXT);
    memset(bytes + TEXT, 'x', BOOT_LINE_MAX - 1);
    assert_read();
    assert_int_equal(strlen(info.line), BOOT_LINE_MAX - 1);
    assert_false(info.line_cut);
    bytes[TEXT + BOOT_LINE_MAX - 1] = 'x';
    assert_read();
    assert_int_equal(strlen(info.line), BOOT_LINE_MAX - 1);
    assert_true(info.line_cut);
}

static void test_line_up_to_the_end_of_memory(void **state)
{
    (void)state;
    set_flag(HAS_LINE);
    set(CMDLINE, MEMORY_SIZE - 4);
    memcpy(bytes + MEMORY_SIZE - 4, "abc", 4);
    assert_read();
    assert_string_equal(info.line, "abc");
    assert_false(info.line_cut);
    bytes[MEMORY_SIZE - 1] = 'd';
    assert_read();
    assert_string_equal(info.line, "abcd");
    assert_true(info.line_cut);
    /* As long as the copy's space, and memory ends there too. */
    set(CMDLINE, MEMORY_SIZE - (BOOT_LINE_MAX - 1));
    memset(bytes + MEMORY_SIZE - (BOOT_LINE_MAX - 1), 'x', BOOT_LINE_MAX - 1);
    assert_read();
    assert_true(info.line_cut);
}

static void test_modules(void **state)
{
    (void)state;
    put_text(TEXT, "first line=0");
    put_text(TEXT + 100, "");
    add_module(0, 0x6000, 0x6123, TEXT);
    add_module(1, 0x7000, 0x7000, TEXT + 100);
    add_module(2, 0x0, MEMORY_SIZE, 0);
    assert_read();
    assert_int_equal(info.module_count, 3);
    assert_string_equal(info.modules[0].line, "first line=0");
    assert_int_equal(info.modules[0].memory.start, 0x6000);
    assert_int_equal(info.modules[0].memory.end, 0x6123);
    assert_string_equal(info.modules[1].line, "");
    assert_int_equal(info.modules[1].memory.end, 0x7000);
    assert_string_equal(info.modules[2].line, "");
    assert_false(info.modules[2].line_cut);
}

static void test_modules_without_flag(void **state)
{
    (void)state;
    set(MODS_COUNT, 3);
    set(MODS_ADDR, MODULES);
    assert_read();
    assert_int_equal(info.module_count, 0);
}

static void test_module_line_is_cut(void **state)
{
    (void)state;
    memset(bytes + TEXT, 'x', BOOT_LINE_MAX);
    add_module(0, 0x6000, 0x7000, TEXT);
    assert_read();
    assert_true(info.modules[0].line_cut);
    assert_int_equal(strlen(info.modules[0].line), BOOT_LINE_MAX - 1);
}

static void test_module_ends_before_it_starts(void **state)
{
    (void)state;
    add_module(0, 0x6000, 0x7000, TEXT);
    add_module(1, 0x6001, 0x6000, TEXT);
    assert_refused("a module ends before it starts");
}

static void test_module_outside_memory(void **state)
{
    (void)state;
    add_module(0, MEMORY_SIZE, MEMORY_SIZE + 1, TEXT);
    assert_refused("a module lies outside memory");
    add_module(0, 0, MEMORY_SIZE + 1, TEXT);
    assert_refused("a module lies outside memory");
    add_module(0, 0xFFFFFFF0, 0xFFFFFFFF, TEXT);
    assert_refused("a module lies outside memory");
}

static void test_module_line_outside_memory(void **state)
{
    (void)state;
    add_module(0, 0x6000, 0x7000, MEMORY_SIZE);
    assert_refused("a module's command line lies outside memory");
    add_module(0, 0x6000, 0x7000, 0xFFFFFFFF);
    assert_refused("a module's command line lies outside memory");
}

static void test_module_table_outside_memory(void **state)
{
    static const uint32_t addresses[] = {MEMORY_SIZE - 31, MEMORY_SIZE, 0xFFFFFFFF};

    (void)state;
    add_module(0, 0x6000, 0x7000, TEXT);
    add_module(1, 0x6000, 0x7000, TEXT);
    for (unsigned i = 0; i < 3; i++) {
        set(MODS_ADDR, addresses[i]);
        assert_refused("the table of modules lies outside memory");
    }
}

static void test_more_modules_than_fit(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BOOT_MODULES; i++)
        add_module(i, 0x6000 + i, 0x7000, TEXT);
    set(MODS_COUNT, 0xFFFFFFFF);
    assert_read();
    assert_int_equal(info.module_count, 0xFFFFFFFF);
    assert_int_equal(info.modules[BOOT_MODULES - 1].memory.start, 0x6000 + BOOT_MODULES - 1);
}

/* Whatever the bytes are, nothing outside is read and what is answered keeps its promises. */
static void test_random_bytes(void **state)
{
    (void)state;
    srand(1);
    for (unsigned round = 0; round < 3000; round++) {
        for (unsigned i = 0; i < 52; i++)
            bytes[INFORMATION + i] = (uint8_t)rand();
        for (unsigned field = MEM_UPPER; field < 52; field += 4)
            set(field, (uint32_t)rand() % (MEMORY_SIZE + 64));
        for (unsigned i = 0; i < 0x1000; i++)
            bytes[MAP + i] = rand() % 4 == 0 ? (uint8_t)rand() : 0;
        if (read_at(INFORMATION) != NULL)
            continue;
        assert_true(info.range_count >= 1 && info.range_count <= BOOT_RANGES);
        for (unsigned i = 0; i < info.range_count; i++) {
            assert_true(info.ranges[i].start < info.ranges[i].end);
            assert_true(i == 0 || info.ranges[i - 1].end < info.ranges[i].start);
        }
    }
}

#define WITH_MAP(test) cmocka_unit_test_setup_teardown(test, setup_with_map, teardown)
#define BARE(test)     cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_MAP(test_magic),
        BARE(test_information_outside),
        BARE(test_no_memory_at_all),
        WITH_MAP(test_minimal),
        BARE(test_mem_upper),
        WITH_MAP(test_map_comes_before_mem_upper),
        WITH_MAP(test_map_of_available_memory),
        BARE(test_map_without_available_memory),
        BARE(test_empty_map),
        WITH_MAP(test_map_with_larger_entries),
        WITH_MAP(test_map_with_short_entry),
        WITH_MAP(test_map_that_ends_inside_an_entry),
        WITH_MAP(test_map_with_huge_entry_size),
        WITH_MAP(test_map_outside_memory),
        WITH_MAP(test_map_range_that_wraps),
        WITH_MAP(test_map_is_sorted_and_united),
        WITH_MAP(test_map_with_too_many_ranges),
        WITH_MAP(test_line),
        WITH_MAP(test_line_without_flag),
        WITH_MAP(test_line_at_address_0_is_none),
        WITH_MAP(test_line_outside_memory),
        WITH_MAP(test_line_length),
        WITH_MAP(test_line_up_to_the_end_of_memory),
        WITH_MAP(test_modules),
        WITH_MAP(test_modules_without_flag),
        WITH_MAP(test_module_line_is_cut),
        WITH_MAP(test_module_ends_before_it_starts),
        WITH_MAP(test_module_outside_memory),
        WITH_MAP(test_module_line_outside_memory),
        WITH_MAP(test_module_table_outside_memory),
        WITH_MAP(test_more_modules_than_fit),
        BARE(test_random_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
