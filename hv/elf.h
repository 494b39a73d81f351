/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's reader of ELF images: bytes in, segments or an error out. Pure; it trusts nothing
 * that it reads. Layouts: System V ABI, chapter "Object Files" (ELF64).
 */
#ifndef HV_ELF_H
#define HV_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_image {
    const uint8_t *bytes; /* the module, in the hypervisor's memory; not aligned */
    uint64_t size;
};

/* The guest addresses that segments may use: whole pages. */
struct elf_bounds {
    uint64_t start;
    uint64_t end; /* one past the last byte: where the guard page begins */
};

struct elf_segment {
    uint64_t address;   /* guest address */
    uint64_t offset;    /* in the image */
    uint64_t file_size; /* bytes from the file */
    uint64_t mem_size;  /* bytes in memory, >= file_size; the rest is zero */
    bool readable;      /* false where it has no permission at all: x86 can't withhold only this */
    bool writable;
    bool executable;
};

struct elf_error {
    const char *what;     /* what is wrong: "e_type", "segment outside the memory" … */
    const char *expected; /* what was expected instead */
    uint64_t found;       /* the value found */
};

/*
 * Judges an image: static ELF64 x86-64 ET_EXEC, segments in ascending order inside `bounds` that do
 * not overlap, no page both writable and executable, entry point on an executable page, no
 * PT_INTERP, no PT_TLS. Returns true, or false with *error filled.
 */
bool elf_check(const struct elf_image *image, const struct elf_bounds *bounds,
               struct elf_error *error);

/* The entry point of an image that elf_check() accepted. */
uint64_t elf_entry(const struct elf_image *image);

/* How many program headers an image has that elf_check() accepted: up to 65,534. */
unsigned elf_headers(const struct elf_image *image);

/* Program header `index` of such an image, below elf_headers(); false where it is no PT_LOAD
 * segment with mem_size > 0. */
bool elf_segment(const struct elf_image *image, unsigned index, struct elf_segment *segment);

#endif
