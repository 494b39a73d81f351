/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/elf.h"

#include "belfry/hv_abi.h"

/* The numbers of the System V ABI, chapter 4 and 5, and of its AMD64 supplement. */
#define ELF_MAGIC    0x464C457F /* 0x7F 'E' 'L' 'F', little-endian */
#define ELF_CLASS_64 2
#define ELF_LITTLE   1
#define ELF_VERSION  1
#define ET_EXEC      2
#define EM_X86_64    62
#define PN_XNUM      0xFFFF /* the true number of headers stands elsewhere */

enum { PT_LOAD = 1, PT_INTERP = 3, PT_TLS = 7 };
enum { PF_X = 1, PF_W = 2, PF_R = 4 };

struct elf_header {
    uint32_t magic;
    uint8_t class, data, ident_version, ident_rest[9];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct program_header {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

_Static_assert(sizeof(struct elf_header) == 64 && sizeof(struct program_header) == 56,
               "as the System V ABI lays them out");

/* What the headers so far have shown. Segments ascend, so of their pages only the last can be
 * shared with a later segment. */
struct progress {
    bool any;
    uint64_t end;         /* of the last segment */
    uint64_t last_page;   /* of the last segment */
    uint32_t last_access; /* PF_… of that page, united */
    bool entry_executable;
};

static struct elf_header read_header(const struct elf_image *image)
{
    struct elf_header header;

    __builtin_memcpy(&header, image->bytes, sizeof(header));
    return header;
}

static struct program_header read_program_header(const struct elf_image *image,
                                                 const struct elf_header *header, unsigned index)
{
    struct program_header program;
    uint64_t offset = header->phoff + (uint64_t)index * sizeof(program);

    __builtin_memcpy(&program, image->bytes + offset, sizeof(program));
    return program;
}

static uint64_t page_of(uint64_t address)
{
    return address & ~((uint64_t)HV_PAGE_SIZE - 1);
}

static bool refuse(struct elf_error *error, const char *what, uint64_t found, const char *expected)
{
    *error = (struct elf_error){.what = what, .expected = expected, .found = found};
    return false;
}

static bool check_header(const struct elf_image *image, const struct elf_header *header,
                         struct elf_error *error)
{
    const struct {
        const char *what;
        uint64_t found, wanted;
        const char *expected;
    } rules[] = {
        {"the magic number", header->magic, ELF_MAGIC, "0x464c457f (ELF)"},
        {"EI_CLASS", header->class, ELF_CLASS_64, "2 (ELF64)"},
        {"EI_DATA", header->data, ELF_LITTLE, "1 (little-endian)"},
        {"EI_VERSION", header->ident_version, ELF_VERSION, "1"},
        {"e_type", header->type, ET_EXEC, "2 (ET_EXEC, a static executable)"},
        {"e_machine", header->machine, EM_X86_64, "0x3e (x86-64)"},
        {"e_version", header->version, ELF_VERSION, "1"},
        {"e_phentsize", header->phentsize, sizeof(struct program_header), "0x38"},
    };

    for (unsigned i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (rules[i].found != rules[i].wanted)
            return refuse(error, rules[i].what, rules[i].found, rules[i].expected);
    if (header->phnum == 0 || header->phnum == PN_XNUM)
        return refuse(error, "e_phnum", header->phnum, "1 to 0xfffe");
    if (header->phoff > image->size ||
        header->phnum * sizeof(struct program_header) > image->size - header->phoff)
        return refuse(error, "e_phoff", header->phoff, "all program headers inside the file");
    return true;
}

static bool check_file_range(const struct elf_image *image, const struct program_header *program,
                             struct elf_error *error)
{
    if (program->filesz > program->memsz)
        return refuse(error, "p_filesz", program->filesz, "at most p_memsz");
    if (program->filesz == 0)
        return true;
    if (program->offset > image->size)
        return refuse(error, "p_offset", program->offset, "a segment inside the file");
    if (program->filesz > image->size - program->offset)
        return refuse(error, "p_filesz", program->filesz, "a segment inside the file");
    return true;
}

static bool check_addresses(const struct elf_bounds *bounds, const struct program_header *program,
                            const struct progress *progress, struct elf_error *error)
{
    if (program->vaddr < bounds->start || program->vaddr >= bounds->end)
        return refuse(error, "p_vaddr", program->vaddr,
                      "an address in the partition's memory, below the stack's guard page");
    if (program->memsz > bounds->end - program->vaddr)
        return refuse(
            error, "p_memsz", program->memsz,
            "a segment that ends in the partition's memory, below the stack's guard page");
    if (progress->any && program->vaddr < progress->end)
        return refuse(error, "p_vaddr", program->vaddr,
                      "segments in ascending order that do not overlap");
    return true;
}

/* Checks the permissions of a segment whose addresses are right, and adds it to what was seen. */
static bool check_access(const struct program_header *program, uint64_t entry,
                         struct progress *progress, struct elf_error *error)
{
    uint32_t access = program->flags & (PF_R | PF_W | PF_X);
    uint64_t first_page = page_of(program->vaddr);
    uint64_t last_page = page_of(program->vaddr + program->memsz - 1);
    uint32_t first_access = access;

    if (progress->any && first_page == progress->last_page)
        first_access |= progress->last_access;
    if ((first_access & PF_W) != 0 && (first_access & PF_X) != 0)
        return refuse(error, "p_flags", first_access,
                      "no page both writable and executable, where segments share one united");
    if ((access & PF_X) != 0 && first_page <= entry && page_of(entry) <= last_page)
        progress->entry_executable = true;
    progress->any = true;
    progress->end = program->vaddr + program->memsz;
    progress->last_access = last_page == first_page ? first_access : access;
    progress->last_page = last_page;
    return true;
}

static bool is_segment(const struct program_header *program)
{
    return program->type == PT_LOAD && program->memsz > 0;
}

bool elf_check(const struct elf_image *image, const struct elf_bounds *bounds,
               struct elf_error *error)
{
    struct progress progress = {.any = false};

    if (image->size < sizeof(struct elf_header))
        return refuse(error, "the size of the file", image->size, "at least 0x40, an ELF header");
    struct elf_header header = read_header(image);
    if (!check_header(image, &header, error))
        return false;
    for (unsigned i = 0; i < header.phnum; i++) {
        struct program_header program = read_program_header(image, &header, i);
        if (program.type == PT_INTERP)
            return refuse(error, "p_type", program.type, "no PT_INTERP: a static executable");
        if (program.type == PT_TLS)
            return refuse(error, "p_type", program.type, "no PT_TLS: no thread-local variables");
        if (!is_segment(&program))
            continue;
        if (!check_file_range(image, &program, error) ||
            !check_addresses(bounds, &program, &progress, error) ||
            !check_access(&program, header.entry, &progress, error))
            return false;
    }
    if (!progress.any)
        return refuse(error, "the number of PT_LOAD segments", 0, "at least 1");
    if (!progress.entry_executable)
        return refuse(error, "e_entry", header.entry, "an address on an executable page");
    return true;
}

uint64_t elf_entry(const struct elf_image *image)
{
    return read_header(image).entry;
}

unsigned elf_headers(const struct elf_image *image)
{
    return read_header(image).phnum;
}

bool elf_segment(const struct elf_image *image, unsigned index, struct elf_segment *segment)
{
    struct elf_header header = read_header(image);
    struct program_header program = read_program_header(image, &header, index);

    if (!is_segment(&program))
        return false;
    *segment = (struct elf_segment){
        .address = program.vaddr,
        .offset = program.filesz > 0 ? program.offset : 0, /* unchecked where nothing is read */
        .file_size = program.filesz,
        .mem_size = program.memsz,
        .readable = (program.flags & (PF_R | PF_W | PF_X)) != 0,
        .writable = (program.flags & PF_W) != 0,
        .executable = (program.flags & PF_X) != 0,
    };
    return true;
}
