/* SPDX-License-Identifier: BSD-2-Clause */
/* The image that the guests of a fake system are made of: three segments whose bytes tell where
 * they come from. */
#ifndef GUEST_IMAGE_H
#define GUEST_IMAGE_H

#include <elf.h>
#include <stdint.h>
#include <string.h>
#include "belfry/hv_abi.h"
#include "fake_arch.h"
#include "hv/arch.h"
#include "hv/boot_info.h"
#include "hv/partition.h"

#define MEM        UINT64_C(0x20000) /* of each partition: 128K */
#define MEM_END    (HV_MEM_BASE + MEM)
#define GUARD      (MEM_END - HV_STACK_SIZE - HV_PAGE_SIZE)
#define CODE       HV_MEM_BASE /* a page that can be executed */
#define CONSTANTS  (CODE + HV_PAGE_SIZE)
#define DATA       (CODE + 2 * HV_PAGE_SIZE) /* 16 bytes from the file, then zeros */
#define DATA_SIZE  (3 * HV_PAGE_SIZE)
#define ENTRY      (CODE + 0x10)
#define UPCALL     (CODE + 0x20)
#define IMAGE_SIZE (4 * HV_PAGE_SIZE)

static inline void put_segment(uint8_t *image, unsigned index, Elf64_Phdr program)
{
    program.p_type = PT_LOAD;
    program.p_align = HV_PAGE_SIZE;
    memcpy(image + sizeof(Elf64_Ehdr) + index * sizeof(program), &program, sizeof(program));
}

/* Three segments: code, constants, data. A byte of the file is its page's number. */
static inline void make_image(uint8_t *image)
{
    Elf64_Ehdr header = {.e_ident = {0x7F, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                         .e_type = ET_EXEC,
                         .e_machine = EM_X86_64,
                         .e_version = EV_CURRENT,
                         .e_entry = ENTRY,
                         .e_phoff = sizeof(header),
                         .e_phentsize = sizeof(Elf64_Phdr),
                         .e_phnum = 3};

    for (unsigned page = 0; page < IMAGE_SIZE / HV_PAGE_SIZE; page++)
        memset(image + page * HV_PAGE_SIZE, (int)page, HV_PAGE_SIZE);
    memcpy(image, &header, sizeof(header));
    put_segment(image, 0,
                (Elf64_Phdr){.p_flags = PF_R | PF_X,
                             .p_offset = HV_PAGE_SIZE,
                             .p_vaddr = CODE,
                             .p_filesz = 4096,
                             .p_memsz = 4096});
    put_segment(image, 1,
                (Elf64_Phdr){.p_flags = PF_R,
                             .p_offset = 2 * HV_PAGE_SIZE,
                             .p_vaddr = CONSTANTS,
                             .p_filesz = 4096,
                             .p_memsz = 4096});
    put_segment(image, 2,
                (Elf64_Phdr){.p_flags = PF_R | PF_W,
                             .p_offset = 3 * HV_PAGE_SIZE,
                             .p_vaddr = DATA,
                             .p_filesz = 16,
                             .p_memsz = DATA_SIZE});
}

/* A module more, with this line. */
static inline void add_guest(struct boot_info *info, const char *line)
{
    struct boot_module *module = &info->modules[info->module_count];
    uint64_t start = FAKE_PHYSICAL + info->module_count++ * IMAGE_SIZE;

    module->memory = (struct boot_range){start, start + IMAGE_SIZE};
    strcpy(module->line, line);
    make_image(arch_memory(start));
}

#endif
