/* SPDX-License-Identifier: BSD-2-Clause */
/* An image whose headers are known and whose other bytes are any. */
#ifndef IMAGE_H
#define IMAGE_H

#include "any.h"
#include "belfry/hv_abi.h"
#include "seam.h"

/* As System V has them (hv/elf.c). */
struct header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct program {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

enum { LOAD = 1, NOTE = 4, X = 1, W = 2, R = 4 };
enum { NOTES = 20 }; /* more headers than one slice looks at */

static inline void make_image(uint8_t *image)
{
    const struct header header = {.ident = {0x7F, 'E', 'L', 'F', 2, 1, 1},
                                  .type = 2,
                                  .machine = 62,
                                  .version = 1,
                                  .phoff = sizeof(header),
                                  .entry = HV_MEM_BASE,
                                  .phentsize = sizeof(struct program),
                                  .phnum = NOTES + 3};
    struct program program = {.type = NOTE};

    any_bytes(image, SEAM_IMAGE);
    memcpy(image, &header, sizeof(header));
    image += sizeof(header);
    for (unsigned i = 0; i < NOTES; i++, image += sizeof(program))
        memcpy(image, &program, sizeof(program));
    /* All of the file, a page of zeros, the last bytes of the file to the last ones before the
     * guard. */
    program =
        (struct program){LOAD, R | X, 0, HV_MEM_BASE, 0, SEAM_IMAGE, SEAM_IMAGE, HV_PAGE_SIZE};
    memcpy(image, &program, sizeof(program));
    image += sizeof(program);
    program = (struct program){LOAD, R | W, 0, HV_MEM_BASE + SEAM_IMAGE, 0, 0, HV_PAGE_SIZE, 1};
    memcpy(image, &program, sizeof(program));
    image += sizeof(program);
    program = (struct program){LOAD,
                               R | W,
                               SEAM_IMAGE - 1,
                               HV_MEM_BASE + SEAM_MEM - HV_STACK_SIZE - HV_PAGE_SIZE - 1,
                               0,
                               1,
                               1,
                               1};
    memcpy(image, &program, sizeof(program));
}

#endif
