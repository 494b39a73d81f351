/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reader of images: files of every size up to FILE_MAX, of any bytes. Where a file ends, how
 * many headers it claims and where they are is said in turn, since Eva does not remember how one
 * value limits another.
 */
#include "any.h"
#include "belfry/hv_abi.h"
#include "hv/elf.h"

enum { HEADER = 64, E_PHOFF = 32, E_PHNUM = 56, PROGRAM = 56 };
enum { FILE_MAX = HEADER + 2 * PROGRAM };
enum { COUNTS = FILE_MAX / PROGRAM + 1 }; /* so many headers are in no file */

static uint8_t bytes[FILE_MAX];

static void read_image(const struct elf_image *image)
{
    struct elf_bounds bounds = {HV_MEM_BASE, HV_MEM_BASE + any_of(0, HV_MEM_MAX)};
    struct elf_error error;
    struct elf_segment segment;

    if (!elf_check(image, &bounds, &error))
        return;
    elf_entry(image);
    for (unsigned i = 0; i < elf_headers(image); i++)
        elf_segment(image, i, &segment);
}

/* With the program headers from `low` to `high`. */
static void read_at(const struct elf_image *image, uint64_t low, uint64_t high)
{
    uint64_t offset = any_of(low, high);

    memcpy(bytes + (FILE_MAX - image->size) + E_PHOFF, &offset, sizeof(offset));
    read_image(image);
}

/* With `low` to `high` program headers, which may fit where `low` do. */
static void read_headers(const struct elf_image *image, unsigned low, unsigned high)
{
    uint16_t count = (uint16_t)any_of(low, high);

    memcpy(bytes + (FILE_MAX - image->size) + E_PHNUM, &count, sizeof(count));
    if (low * PROGRAM <= image->size) {
        read_at(image, 0, image->size - low * PROGRAM);
        read_at(image, image->size - low * PROGRAM + 1, UINT64_MAX);
    } else {
        read_at(image, 0, UINT64_MAX);
    }
}

/* The file ends where the array does, so that it is seen when a byte behind it is read. */
static void read_file(uint64_t size)
{
    struct elf_image image = {bytes + (FILE_MAX - size), size};

    any_bytes(bytes, FILE_MAX);
    if (size < HEADER) {
        read_image(&image);
        return;
    }
    for (unsigned count = 0; count < COUNTS; count++)
        read_headers(&image, count, count);
    read_headers(&image, COUNTS, UINT16_MAX);
}

void eva_elf(void)
{
    for (uint64_t size = 0; size <= FILE_MAX; size++)
        read_file(size);
}
