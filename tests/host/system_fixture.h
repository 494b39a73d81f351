/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole system on the fake architecture: hv_main() with two partitions, a and b, up to where
 * guest a runs. The hypervisor's variables can't be set back, so a test program has one system, and
 * each test leaves it as it was.
 */
#ifndef SYSTEM_FIXTURE_H
#define SYSTEM_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <elf.h>
#include "belfry/hv_abi.h"
#include "fake_arch.h"
#include "hv/arch.h"
#include "hv/check.h"
#include "hv/console.h"
#include "hv/health.h"
#include "hv/hypercall.h"
#include "hv/irq.h"
#include "hv/main.h"
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

static struct boot_info info;

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

static inline void add_module(const char *line)
{
    struct boot_module *module = &info.modules[info.module_count];
    uint64_t start = FAKE_PHYSICAL + info.module_count++ * IMAGE_SIZE;

    module->memory = (struct boot_range){start, start + IMAGE_SIZE};
    strcpy(module->line, line);
    make_image(arch_memory(start));
}

/* Slices and turns, until a guest runs: its frame. */
static inline struct frame *until_a_guest_runs(void)
{
    struct frame *frame = NULL;

    for (unsigned slices = 0; !frame; slices++) {
        assert_true(slices < 10000);
        frame = cpu_next(true);
    }
    return frame;
}

/* Boots with these lines; guest a runs. */
static inline void boot_system(const char *hypervisor, const char *a, const char *b)
{
    fake_reset();
    memset(&info, 0, sizeof(info));
    fake_memory_map(&info);
    strcpy(info.line, hypervisor);
    add_module(a);
    if (b)
        add_module(b);
    hv_main(&info, NULL);
    assert_ptr_equal(until_a_guest_runs(), &vcpus[0].frame);
}

/* `length` bytes of the current guest's memory, as they are whatever it may do with them. */
static inline void *guest_bytes(uint64_t address)
{
    return cpu.current->partition->memory + (address - PARTITION_BASE);
}

#define CALL_SELECT(number, a, b, c, ...)                                                          \
    hypercall((uint64_t)(a), (uint64_t)(b), (uint64_t)(c), (uint64_t)(number))
/* call(number), call(number, a), call(number, a, b), call(number, a, b, c) */
#define call(...) CALL_SELECT(__VA_ARGS__, 0, 0, 0, 0)

static inline struct hv_irq_stats stats_of(unsigned vector)
{
    struct hv_irq_stats stats;

    assert_int_equal(call(HV_CALL_IRQ_STATS, vector, DATA, sizeof(stats)), sizeof(stats));
    memcpy(&stats, guest_bytes(DATA), sizeof(stats));
    return stats;
}

#endif
