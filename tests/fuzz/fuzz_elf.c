/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ELF reader against a slow oracle that judges each image anew, page by page: it accepts what
 * the oracle does, refuses the rest, and then tells the segments as they are. The image ends where
 * its memory ends, so that ASan sees whatever is read outside it.
 */
#include <string.h>
#include <elf.h>
#include "belfry/hv_abi.h"
#include "fuzz.h"
#include "hv/elf.h"

#define PAGES  64   /* of a partition's memory, at most */
#define LENGTH 2048 /* of an image that is made here, at most */

static const struct elf_image *image;
static struct elf_bounds bounds;

/* What each page may be used for: PF_… united. */
static uint32_t access_of[PAGES];

/* ---- the oracle ---- */

static Elf64_Ehdr header(void)
{
    Elf64_Ehdr copy;

    memcpy(&copy, image->bytes, sizeof(copy));
    return copy;
}

static Elf64_Phdr program(unsigned index)
{
    Elf64_Phdr copy;

    memcpy(&copy, image->bytes + header().e_phoff + index * sizeof(copy), sizeof(copy));
    return copy;
}

static bool good_ident(void)
{
    static const uint8_t wanted[EI_VERSION + 1] = {0x7F,       'E',         'L',       'F',
                                                   ELFCLASS64, ELFDATA2LSB, EV_CURRENT};

    return image->size >= sizeof(Elf64_Ehdr) && memcmp(image->bytes, wanted, sizeof(wanted)) == 0;
}

static bool good_header(void)
{
    if (!good_ident())
        return false;
    Elf64_Ehdr of = header();
    __int128 end = (__int128)of.e_phoff + of.e_phnum * (__int128)sizeof(Elf64_Phdr);
    return of.e_type == ET_EXEC && of.e_machine == EM_X86_64 && of.e_version == EV_CURRENT &&
           of.e_phentsize == sizeof(Elf64_Phdr) && of.e_phnum >= 1 && of.e_phnum != PN_XNUM &&
           end <= image->size;
}

static bool is_segment(const Elf64_Phdr *of)
{
    return of->p_type == PT_LOAD && of->p_memsz > 0;
}

static bool good_segment(const Elf64_Phdr *of, __int128 *above)
{
    __int128 end = (__int128)of->p_vaddr + of->p_memsz;

    if (of->p_filesz > of->p_memsz ||
        (of->p_filesz > 0 && (__int128)of->p_offset + of->p_filesz > image->size))
        return false;
    if (of->p_vaddr < bounds.start || end > bounds.end || of->p_vaddr < *above)
        return false;
    *above = end;
    for (uint64_t byte = of->p_vaddr; byte < end; byte++)
        access_of[(byte - bounds.start) / HV_PAGE_SIZE] |= of->p_flags & (PF_R | PF_W | PF_X);
    return true;
}

static bool good_pages(uint64_t entry)
{
    for (unsigned page = 0; page < PAGES; page++)
        if ((access_of[page] & PF_W) && (access_of[page] & PF_X))
            return false;
    return entry >= bounds.start && entry < bounds.end &&
           (access_of[(entry - bounds.start) / HV_PAGE_SIZE] & PF_X);
}

static bool good(void)
{
    __int128 above = 0;
    bool any = false;

    memset(access_of, 0, sizeof(access_of));
    if (!good_header())
        return false;
    for (unsigned i = 0; i < header().e_phnum; i++) {
        Elf64_Phdr of = program(i);
        if (of.p_type == PT_INTERP || of.p_type == PT_TLS)
            return false;
        if (is_segment(&of) && !good_segment(&of, &above))
            return false;
        any |= is_segment(&of);
    }
    return any && good_pages(header().e_entry);
}

/* ---- what the reader says ---- */

static void expect_segment(unsigned index)
{
    Elf64_Phdr of = program(index);
    struct elf_segment segment;
    volatile uint8_t byte;

    expect(elf_segment(image, index, &segment) == is_segment(&of));
    if (!is_segment(&of))
        return;
    expect(segment.address == of.p_vaddr && segment.mem_size == of.p_memsz);
    expect(segment.file_size == of.p_filesz);
    expect(of.p_filesz == 0 || segment.offset == of.p_offset);
    expect(segment.writable == ((of.p_flags & PF_W) != 0));
    expect(segment.executable == ((of.p_flags & PF_X) != 0));
    expect(segment.readable == ((of.p_flags & (PF_R | PF_W | PF_X)) != 0));
    /* As the loader copies it: outside the image, ASan sees it. */
    for (uint64_t i = 0; i < segment.file_size; i++)
        byte = image->bytes[segment.offset + i];
    (void)byte;
}

static void expect_printable(const char *text)
{
    expect(text[0] != '\0');
    for (; *text != '\0'; text++)
        expect(*text >= 0x20 && *text <= 0x7E);
}

static void judge(void)
{
    struct elf_error error = {.what = "", .expected = ""};

    if (!elf_check(image, &bounds, &error)) {
        expect(!good());
        expect_printable(error.what);
        expect_printable(error.expected);
        return;
    }
    expect(good());
    expect(elf_entry(image) == header().e_entry);
    expect(elf_headers(image) == header().e_phnum);
    for (unsigned i = 0; i < header().e_phnum; i++)
        expect_segment(i);
}

/* ---- images ---- */

/* A number near to where something begins or ends, or any at all. */
static uint64_t number(struct input *input)
{
    const uint64_t near[] = {
        bounds.start,    bounds.end,        0,          image->size,
        HV_PAGE_SIZE,    (uint64_t)1 << 63, UINT64_MAX, UINT64_MAX - bounds.start,
        image->size / 2, input_word(input)};

    return input_one_of(input, near) + input_byte(input) - 128;
}

/* A segment after those before it, in memory and in the file; but perhaps for one of its numbers.
 */
static Elf64_Phdr make_program(struct input *input, uint64_t *above)
{
    static const uint32_t types[] = {PT_LOAD, PT_LOAD, PT_LOAD, PT_LOAD, PT_LOAD, PT_LOAD,
                                     PT_LOAD, PT_NOTE, PT_NULL, PT_PHDR, PT_TLS,  PT_INTERP};
    static const uint32_t flags[] = {PF_R | PF_X, PF_R | PF_W, PF_R, PF_X, PF_W, 0, 7, 0xFFFFFFF8};
    Elf64_Phdr made = {.p_type = input_one_of(input, types), .p_flags = input_one_of(input, flags)};
    Elf64_Xword *const numbers[] = {&made.p_offset, &made.p_vaddr, &made.p_filesz, &made.p_memsz};
    unsigned wrong = input_byte(input);

    made.p_vaddr = *above + input_below(input, 3) * input_below(input, 2 * HV_PAGE_SIZE);
    made.p_memsz = 1 + input_below(input, 3 * HV_PAGE_SIZE);
    made.p_filesz = input_below(input, 1024) % (made.p_memsz + 1);
    made.p_offset = input_below(input, 1024);
    *above = made.p_vaddr + made.p_memsz;
    if (wrong >= 192)
        *numbers[wrong % 4] = number(input);
    return made;
}

/* An image whose header is right, but for a byte perhaps. */
static void make_image(struct input *input, uint8_t *bytes)
{
    Elf64_Ehdr made = {.e_ident = {0x7F, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                       .e_type = ET_EXEC,
                       .e_machine = EM_X86_64,
                       .e_version = EV_CURRENT,
                       .e_phoff = sizeof(made),
                       .e_phentsize = sizeof(Elf64_Phdr)};
    unsigned room = (unsigned)((image->size - sizeof(made)) / sizeof(Elf64_Phdr));
    unsigned wanted = 1 + input_below(input, 6), count = wanted < room ? wanted : room;
    unsigned wrong = input_byte(input);
    uint64_t above = bounds.start;

    made.e_phnum = (uint16_t)wanted;
    made.e_entry = wrong % 4 == 3 ? number(input) : above + input_below(input, 2 * HV_PAGE_SIZE);
    memcpy(bytes, &made, sizeof(made));
    if (wrong >= 192)
        bytes[wrong - 192] = input_byte(input);
    for (unsigned i = 0; i < count; i++) {
        Elf64_Phdr of = make_program(input, &above);
        memcpy(bytes + sizeof(made) + i * sizeof(of), &of, sizeof(of));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, data + size};
    bool raw = input_flag(&input);
    uint64_t pages = 1 + input_byte(&input) % PAGES;
    size_t length =
        raw ? (size_t)(input.end - input.at) : LENGTH - input_below(&input, LENGTH - 64);
    uint8_t *bytes = exact_bytes(length);
    const struct elf_image made = {bytes, length};

    image = &made;
    bounds = (struct elf_bounds){HV_MEM_BASE, HV_MEM_BASE + pages * HV_PAGE_SIZE};
    if (raw && length > 0) {
        memcpy(bytes, input.at, length);
    } else if (!raw) {
        memset(bytes, 0xAB, length);
        make_image(&input, bytes);
    }
    judge();
    exact_free(bytes);
    return 0;
}
