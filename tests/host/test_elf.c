/* SPDX-License-Identifier: BSD-2-Clause */
/* Each test builds an image that is right but for one thing. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "hv/elf.h"

#define BASE      0x400000ull
#define LIMIT     0x40F000ull /* where the guard page begins */
#define FILE_SIZE 0x3000
#define HEADERS   8
#define TABLE     sizeof(Elf64_Ehdr)

static const struct elf_bounds bounds = {BASE, LIMIT};

static Elf64_Ehdr header;
static Elf64_Phdr programs[HEADERS];
static struct elf_error error;

static Elf64_Phdr *add(uint32_t type, uint64_t address, uint64_t size, uint32_t flags)
{
    Elf64_Phdr *program = &programs[header.e_phnum++];

    *program = (Elf64_Phdr){.p_type = type,
                            .p_flags = flags,
                            .p_offset = 0x1000,
                            .p_vaddr = address,
                            .p_filesz = size,
                            .p_memsz = size};
    return program;
}

static Elf64_Phdr *load(uint64_t address, uint64_t size, uint32_t flags)
{
    return add(PT_LOAD, address, size, flags);
}

/* A right header and no program headers. */
static int setup(void **state)
{
    (void)state;
    header = (Elf64_Ehdr){
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_X86_64,
        .e_version = EV_CURRENT,
        .e_entry = BASE + 0x10,
        .e_phoff = TABLE,
        .e_ehsize = sizeof(Elf64_Ehdr),
        .e_phentsize = sizeof(Elf64_Phdr)};
    return 0;
}

/* A right image: code, then data with zeros after it. */
static int setup_image(void **state)
{
    setup(state);
    load(BASE, 0x1800, PF_R | PF_X);
    load(BASE + 0x2000, 0x400, PF_R | PF_W)->p_memsz = 0x2400;
    return 0;
}

/* Judges the first `size` bytes of the image; it has that many and at an odd address. */
static bool judge_size(size_t size)
{
    static uint8_t file[FILE_SIZE];
    uint8_t *copy = malloc(size + 1);

    assert_non_null(copy);
    memset(file, 0, sizeof(file));
    memcpy(file + TABLE, programs, header.e_phnum % HEADERS * sizeof(Elf64_Phdr));
    memcpy(file, &header, sizeof(header));
    memcpy(copy + 1, file, size);
    error = (struct elf_error){NULL, NULL, 0xA5A5A5A5};
    struct elf_image image = {copy + 1, size};
    bool right = elf_check(&image, &bounds, &error);
    free(copy);
    return right;
}

static void assert_right(void)
{
    if (!judge_size(FILE_SIZE))
        fail_msg("%s is 0x%lx, expected %s", error.what, error.found, error.expected);
}

static void assert_error(const char *what, uint64_t found, const char *expected)
{
    assert_non_null(error.what);
    assert_string_equal(error.what, what);
    assert_int_equal(error.found, found);
    assert_non_null(strstr(error.expected, expected));
}

static void assert_refused(const char *what, uint64_t found, const char *expected)
{
    assert_false(judge_size(FILE_SIZE));
    assert_error(what, found, expected);
}

static void test_right_image(void **state)
{
    (void)state;
    assert_right();
}

static void test_short_files(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof(Elf64_Ehdr); size++) {
        assert_false(judge_size(size));
        assert_error("the size of the file", size, "0x40");
    }
    for (size_t size = TABLE; size < TABLE + 2 * sizeof(Elf64_Phdr); size++) {
        assert_false(judge_size(size));
        assert_error("e_phoff", TABLE, "inside the file");
    }
    for (size_t size = TABLE + 2 * sizeof(Elf64_Phdr); size < 0x1000; size += 7) {
        assert_false(judge_size(size));
        assert_error("p_offset", 0x1000, "inside the file");
    }
    assert_false(judge_size(0x27FF));
    assert_error("p_filesz", 0x1800, "inside the file");
    assert_true(judge_size(0x2800));
}

static void test_magic(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SELFMAG; i++) {
        header.e_ident[i] ^= 1;
        assert_refused("the magic number", 0x464C457F ^ 1u << 8 * i, "ELF");
        header.e_ident[i] ^= 1;
    }
}

static void test_identification(void **state)
{
    (void)state;
    header.e_ident[EI_CLASS] = ELFCLASS32;
    assert_refused("EI_CLASS", ELFCLASS32, "ELF64");
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2MSB;
    assert_refused("EI_DATA", ELFDATA2MSB, "little-endian");
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = 0;
    assert_refused("EI_VERSION", 0, "1");
    header.e_ident[EI_VERSION] = EV_CURRENT;
    assert_right();
}

static void test_type(void **state)
{
    static const uint16_t types[] = {ET_NONE, ET_REL, ET_DYN, ET_CORE, 0xFFFF};

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        header.e_type = types[i];
        assert_refused("e_type", types[i], "ET_EXEC");
    }
}

static void test_machine(void **state)
{
    (void)state;
    header.e_machine = EM_386;
    assert_refused("e_machine", EM_386, "x86-64");
    header.e_machine = EM_AARCH64;
    assert_refused("e_machine", EM_AARCH64, "x86-64");
}

static void test_version(void **state)
{
    (void)state;
    header.e_version = 2;
    assert_refused("e_version", 2, "1");
}

static void test_size_of_program_headers(void **state)
{
    static const uint16_t sizes[] = {0, 32, 55, 57, 64, 0xFFFF};

    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        header.e_phentsize = sizes[i];
        assert_refused("e_phentsize", sizes[i], "0x38");
    }
}

static void test_number_of_program_headers(void **state)
{
    (void)state;
    header.e_phnum = 0;
    assert_refused("e_phnum", 0, "1 to 0xfffe");
    header.e_phnum = PN_XNUM;
    assert_refused("e_phnum", PN_XNUM, "1 to 0xfffe");
    header.e_phnum = PN_XNUM - 1;
    assert_refused("e_phoff", TABLE, "inside the file");
}

static void test_place_of_program_headers(void **state)
{
    static const uint64_t places[] = {FILE_SIZE - 111, FILE_SIZE,        FILE_SIZE + 1,
                                      UINT64_MAX,      UINT64_MAX - 111, 1ull << 63};

    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        header.e_phoff = places[i];
        assert_refused("e_phoff", places[i], "inside the file");
    }
}

/* As many headers as there can be, all in the file and read in time. */
static void test_most_program_headers(void **state)
{
    size_t count = PN_XNUM - 1;
    size_t size = TABLE + count * sizeof(Elf64_Phdr);
    uint8_t *bytes = calloc(1, size);

    (void)state;
    assert_non_null(bytes);
    header.e_phnum = (uint16_t)count;
    memcpy(bytes, &header, sizeof(header));
    memcpy(bytes + size - 2 * sizeof(Elf64_Phdr), programs, 2 * sizeof(Elf64_Phdr));
    struct elf_image image = {bytes, size};
    assert_true(elf_check(&image, &bounds, &error));
    struct elf_segment segment;
    assert_int_equal(elf_headers(&image), count);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(elf_segment(&image, i, &segment), i >= count - 2);
    free(bytes);
}

static void test_interpreter_and_thread_local(void **state)
{
    (void)state;
    add(PT_INTERP, BASE, 1, PF_R);
    assert_refused("p_type", PT_INTERP, "PT_INTERP");
    programs[2].p_type = PT_TLS;
    assert_refused("p_type", PT_TLS, "PT_TLS");
}

static void test_other_headers_are_ignored(void **state)
{
    static const uint32_t types[] = {PT_NULL,         PT_DYNAMIC,   PT_NOTE,      PT_PHDR,
                                     PT_GNU_EH_FRAME, PT_GNU_STACK, PT_GNU_RELRO, PT_HIPROC};

    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        header.e_phnum = 2;
        Elf64_Phdr *other = add(types[i], 0, UINT64_MAX, PF_R | PF_W | PF_X);
        other->p_offset = UINT64_MAX;
        assert_right();
    }
}

static void test_empty_segments_are_ignored(void **state)
{
    (void)state;
    Elf64_Phdr *empty = load(0, 0, PF_R | PF_W | PF_X);
    empty->p_offset = UINT64_MAX;
    empty->p_filesz = 10;
    assert_right();
}

static void test_no_segment(void **state)
{
    (void)state;
    add(PT_NOTE, BASE, 16, PF_R);
    assert_refused("the number of PT_LOAD segments", 0, "1");
    load(BASE, 0, PF_R | PF_X);
    assert_refused("the number of PT_LOAD segments", 0, "1");
}

static void test_more_in_the_file_than_in_memory(void **state)
{
    (void)state;
    programs[1].p_memsz = 0x3FF;
    assert_refused("p_filesz", 0x400, "p_memsz");
    programs[1].p_memsz = 0x400;
    assert_right();
}

static void test_file_range(void **state)
{
    (void)state;
    programs[1].p_offset = FILE_SIZE - 0x400;
    assert_right();
    programs[1].p_offset = FILE_SIZE - 0x3FF;
    assert_refused("p_filesz", 0x400, "inside the file");
    programs[1].p_offset = FILE_SIZE + 1;
    assert_refused("p_offset", FILE_SIZE + 1, "inside the file");
    programs[1].p_offset = UINT64_MAX - 0x100; /* the sum wraps */
    assert_refused("p_offset", UINT64_MAX - 0x100, "inside the file");
}

static void test_nothing_from_the_file_has_no_range(void **state)
{
    (void)state;
    programs[1].p_filesz = 0;
    programs[1].p_offset = UINT64_MAX;
    assert_right();
}

static void test_segment_address(void **state)
{
    static const uint64_t addresses[] = {0, BASE - 1, LIMIT, LIMIT + 1, UINT64_MAX, 1ull << 63};

    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        programs[1].p_vaddr = addresses[i];
        assert_refused("p_vaddr", addresses[i], "guard page");
    }
}

static void test_segment_size(void **state)
{
    uint64_t room = LIMIT - (BASE + 0x2000);

    (void)state;
    programs[1].p_memsz = room;
    assert_right();
    programs[1].p_memsz = room + 1;
    assert_refused("p_memsz", room + 1, "guard page");
    programs[1].p_memsz = UINT64_MAX; /* the sum wraps */
    assert_refused("p_memsz", UINT64_MAX, "guard page");
    programs[1].p_memsz = 0 - (BASE + 0x2000);
    assert_refused("p_memsz", 0 - (BASE + 0x2000), "guard page");
}

static void test_segments_out_of_order(void **state)
{
    (void)state;
    load(BASE + 0x1900, 0x10, PF_R);
    assert_refused("p_vaddr", BASE + 0x1900, "ascending");
}

static void test_segments_that_overlap(void **state)
{
    (void)state;
    load(BASE + 0x43FF, 1, PF_R | PF_W);
    assert_refused("p_vaddr", BASE + 0x43FF, "overlap");
    programs[2].p_vaddr = BASE + 0x4400;
    assert_right();
    programs[2].p_vaddr = BASE + 0x2000;
    assert_refused("p_vaddr", BASE + 0x2000, "overlap");
}

static void test_segment_writable_and_executable(void **state)
{
    (void)state;
    programs[0].p_flags = PF_R | PF_W | PF_X;
    assert_refused("p_flags", 7, "writable and executable");
    programs[0].p_flags = PF_W | PF_X;
    assert_refused("p_flags", 3, "writable and executable");
}

static void test_shared_page(void **state)
{
    (void)state;
    programs[1].p_vaddr = BASE + 0x1800;
    assert_refused("p_flags", 7, "share");
    programs[1].p_vaddr = BASE + 0x1FFF;
    assert_refused("p_flags", 7, "share");
    programs[1].p_vaddr = BASE + 0x1800;
    programs[1].p_flags = PF_R;
    assert_right();
    programs[1].p_flags = PF_R | PF_X;
    assert_right();
}

/* The last page of a segment that is long is its own alone. */
static void test_only_the_last_page_is_shared(void **state)
{
    (void)state;
    programs[1] = programs[0];
    programs[1].p_vaddr = BASE + 0x1800; /* executable: shares a page, and ends in the next */
    load(BASE + 0x3000, 0x10, PF_R | PF_W);
    assert_right();
    programs[2].p_vaddr = BASE + 0x2FFF + 1 - 0x10;
    programs[1].p_memsz = programs[1].p_filesz = 0x1000;
    assert_refused("p_flags", 7, "share");
}

static void test_several_segments_in_one_page(void **state)
{
    (void)state;
    load(BASE, 0x10, PF_R | PF_X);
    header.e_entry = BASE;
    load(BASE + 0x10, 0x10, PF_R);
    load(BASE + 0x20, 0x10, PF_R);
    assert_right();
    load(BASE + 0x30, 0x10, PF_R | PF_W);
    assert_refused("p_flags", 7, "share");
    programs[3].p_vaddr = BASE + 0x1000;
    assert_right();
}

static void test_permissions_reach_across_a_shared_page(void **state)
{
    (void)state;
    load(BASE, 0x10, PF_R | PF_W);
    load(BASE + 0x10, 0x1000, PF_R);        /* ends in the second page: read-only there */
    load(BASE + 0x1010, 0x10, PF_R | PF_X); /* so this is no conflict */
    header.e_entry = BASE + 0x1010;
    assert_right();
}

static void test_entry(void **state)
{
    static const uint64_t wrong[] = {0, BASE - 1, BASE + 0x2000, LIMIT, UINT64_MAX};

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        header.e_entry = wrong[i];
        assert_refused("e_entry", wrong[i], "executable page");
    }
    header.e_entry = BASE + 0x1FFF; /* behind the segment, on its page */
    assert_right();
    header.e_entry = BASE;
    assert_right();
    programs[0].p_flags = PF_R;
    assert_refused("e_entry", BASE, "executable page");
}

static void test_walk(void **state)
{
    uint8_t bytes[FILE_SIZE] = {0};
    struct elf_image image = {bytes, sizeof(bytes)};
    struct elf_segment segment;
    unsigned next = 0;

    (void)state;
    programs[1].p_offset = 0x1234;
    load(0, 0, PF_R);
    add(PT_NOTE, 0, 0, PF_R);
    load(BASE + 0x5000, 0x1000, PF_X)->p_filesz = 0;
    programs[4].p_offset = UINT64_MAX;
    load(BASE + 0x6000, 0x1000, PF_W);
    load(BASE + 0x7000, 0x1000, 0);
    assert_right();
    memcpy(bytes, &header, sizeof(header));
    memcpy(bytes + TABLE, programs, header.e_phnum * sizeof(Elf64_Phdr));
    assert_int_equal(elf_entry(&image), BASE + 0x10);

    const struct elf_segment expected[] = {
        {BASE, 0x1000, 0x1800, 0x1800, true, false, true},
        {BASE + 0x2000, 0x1234, 0x400, 0x2400, true, true, false},
        {BASE + 0x5000, 0, 0, 0x1000, true, false, true},
        {BASE + 0x6000, 0x1000, 0x1000, 0x1000, true, true, false},
        {BASE + 0x7000, 0x1000, 0x1000, 0x1000, false, false, false},
    };
    for (unsigned i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        while (!elf_segment(&image, next++, &segment))
            ;
        assert_int_equal(segment.address, expected[i].address);
        assert_int_equal(segment.offset, expected[i].offset);
        assert_int_equal(segment.file_size, expected[i].file_size);
        assert_int_equal(segment.mem_size, expected[i].mem_size);
        assert_int_equal(segment.readable, expected[i].readable);
        assert_int_equal(segment.writable, expected[i].writable);
        assert_int_equal(segment.executable, expected[i].executable);
    }
    assert_int_equal(next, elf_headers(&image));
}

/* What was accepted keeps its promises, whatever single bytes were changed. */
static void test_changed_bytes(void **state)
{
    static uint8_t bytes[FILE_SIZE];
    struct elf_image image = {bytes, sizeof(bytes)};
    unsigned accepted = 0;

    (void)state;
    srand(1);
    for (unsigned round = 0; round < 20000; round++) {
        memcpy(bytes, &header, sizeof(header));
        memcpy(bytes + TABLE, programs, 2 * sizeof(Elf64_Phdr));
        for (unsigned i = 0; i < 2; i++)
            bytes[(size_t)rand() % (TABLE + 2 * sizeof(Elf64_Phdr))] = (uint8_t)rand();
        if (!elf_check(&image, &bounds, &error))
            continue;
        accepted++;
        struct elf_segment segment;
        uint64_t end = BASE;
        for (unsigned i = 0; i < elf_headers(&image); i++) {
            if (!elf_segment(&image, i, &segment))
                continue;
            assert_true(segment.address >= end && segment.address < LIMIT);
            assert_true(segment.mem_size <= LIMIT - segment.address);
            assert_true(segment.file_size <= segment.mem_size);
            assert_true(segment.offset <= FILE_SIZE);
            assert_true(segment.file_size <= FILE_SIZE - segment.offset);
            assert_false(segment.writable && segment.executable);
            end = segment.address + segment.mem_size;
        }
    }
    assert_true(accepted > 1000 && accepted < 19000);
}

#define IMAGE(test) cmocka_unit_test_setup(test, setup_image)
#define EMPTY(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IMAGE(test_right_image),
        IMAGE(test_short_files),
        IMAGE(test_magic),
        IMAGE(test_identification),
        IMAGE(test_type),
        IMAGE(test_machine),
        IMAGE(test_version),
        IMAGE(test_size_of_program_headers),
        IMAGE(test_number_of_program_headers),
        IMAGE(test_place_of_program_headers),
        IMAGE(test_most_program_headers),
        IMAGE(test_interpreter_and_thread_local),
        IMAGE(test_other_headers_are_ignored),
        IMAGE(test_empty_segments_are_ignored),
        EMPTY(test_no_segment),
        IMAGE(test_more_in_the_file_than_in_memory),
        IMAGE(test_file_range),
        IMAGE(test_nothing_from_the_file_has_no_range),
        IMAGE(test_segment_address),
        IMAGE(test_segment_size),
        IMAGE(test_segments_out_of_order),
        IMAGE(test_segments_that_overlap),
        IMAGE(test_segment_writable_and_executable),
        IMAGE(test_shared_page),
        IMAGE(test_only_the_last_page_is_shared),
        EMPTY(test_several_segments_in_one_page),
        EMPTY(test_permissions_reach_across_a_shared_page),
        IMAGE(test_entry),
        IMAGE(test_walk),
        IMAGE(test_changed_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
