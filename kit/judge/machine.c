/* SPDX-License-Identifier: BSD-2-Clause */
/* The seam (include/hv/arch.h), as far as a boot needs it that ends before the first guest. */
#include "kit/judge/machine.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "belfry/hv_abi.h"
#include "hv/memory.h"

#define GIB        UINT64_C(0x40000000)
#define FIRMWARE   UINT64_C(0x100000) /* below it all is the firmware's */
#define DIRECT_MAP (512 * GIB)        /* what the hypervisor maps at most */
#define BOOT_MAP   (4 * GIB)          /* what it maps from its first moment */

/* Beside its page tables, which map 2 MiB each, an address space has these (arch/x86/paging.c): the
 * PML4, a PDPT and two directories. */
#define UPPER_TABLES UINT64_C(4)
#define TABLE_SIZE   UINT64_C(0x200000)

/* Bitmaps of ports come by sevens, in a TSS (arch/x86/descriptors.c); the first is the image's. */
#define TSS_BITMAPS 7
#define TSS_PAGES   UINT64_C(15)

struct machine machine;

static uint8_t *physical_memory;
static int files[BOOT_MODULES];
static unsigned bitmaps;

void give_up(const char *what, const char *which)
{
    (void)fprintf(stderr, "belfry-judge: %s: %s\n", which, what);
    exit(2);
}

/* ---- what the loader does -----------------------------------------------------------------------
 */

static uint64_t whole_pages(uint64_t bytes)
{
    return (bytes + HV_PAGE_SIZE - 1) / HV_PAGE_SIZE * HV_PAGE_SIZE;
}

/* As QEMU does: a page for the command lines, then each image on the next whole page. */
static uint64_t next_place(unsigned index)
{
    if (index == 0)
        return whole_pages(machine.image.end) + HV_PAGE_SIZE;
    return whole_pages(machine.info.modules[index - 1].memory.end);
}

void machine_load(const char *path)
{
    unsigned index = machine.info.module_count++;
    struct stat status;

    if (index >= BOOT_MODULES)
        return;
    files[index] = open(path, O_RDONLY | O_CLOEXEC);
    if (files[index] < 0 || fstat(files[index], &status) != 0)
        give_up(strerror(errno), path);
    uint64_t start = next_place(index);
    machine.info.modules[index].memory =
        (struct boot_range){start, start + (uint64_t)status.st_size};
}

static void map_image(unsigned index)
{
    struct boot_range at = machine.info.modules[index].memory;

    if (at.end > at.start && mmap(physical_memory + at.start, at.end - at.start, PROT_READ,
                                  MAP_PRIVATE | MAP_FIXED, files[index], 0) == MAP_FAILED)
        give_up(strerror(errno), "an image");
    close(files[index]);
}

void machine_on(void)
{
    const struct boot_info *info = &machine.info;
    unsigned count = info->module_count < BOOT_MODULES ? info->module_count : BOOT_MODULES;

    if (info->range_count == 0)
        give_up("none", "memory");
    uint64_t end = info->ranges[info->range_count - 1].end;
    if (next_place(count) > end)
        give_up("too little for the images alone", "memory");
    physical_memory =
        mmap(NULL, end, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (physical_memory == MAP_FAILED)
        give_up(strerror(errno), "memory");
    for (unsigned i = 0; i < count; i++)
        map_image(i);
}

/* ---- memory
 * --------------------------------------------------------------------------------------- */

void *arch_memory(uint64_t physical)
{
    return physical_memory + physical;
}

/* Each GiB that the boot has not mapped takes a page for its directory. */
void arch_memory_init(struct memory *memory)
{
    const struct boot_info *info = &machine.info;

    memory_reserve(memory, 0, FIRMWARE);
    memory_reserve(memory, machine.image.start, machine.image.end);
    memory_reserve(memory, DIRECT_MAP, UINT64_MAX);
    for (uint64_t gib = BOOT_MAP; gib < info->ranges[info->range_count - 1].end; gib += GIB)
        memory_take(memory, HV_PAGE_SIZE, HV_PAGE_SIZE);
}

/* `count` pages, of which the vCPU page lies right below the guest's memory. */
static uint64_t table_pages(uint64_t count)
{
    uint64_t first = HV_MEM_BASE - HV_PAGE_SIZE;
    uint64_t last = first + count * HV_PAGE_SIZE - 1;

    return UPPER_TABLES + last / TABLE_SIZE - first / TABLE_SIZE + 1;
}

bool arch_space_create(struct arch_space *space, struct memory *memory, uint64_t physical,
                       uint64_t count)
{
    (void)physical;
    space->root = memory_take(memory, table_pages(count) * HV_PAGE_SIZE, HV_PAGE_SIZE);
    if (space->root == 0)
        return false;
    space->pages = arch_memory(space->root + UPPER_TABLES * HV_PAGE_SIZE);
    return true;
}

struct boot_range machine_tables(const struct arch_space *space, uint64_t pages)
{
    return (struct boot_range){space->root, space->root + table_pages(pages) * HV_PAGE_SIZE};
}

void arch_page_set(struct arch_space *space, uint64_t index, unsigned access)
{
    space->pages[index] = access;
}

unsigned arch_page_get(const struct arch_space *space, uint64_t index)
{
    return (unsigned)space->pages[index];
}

bool arch_ports_allow(struct arch_space *space, struct memory *memory, uint16_t first,
                      uint16_t last)
{
    (void)first, (void)last;
    if (space->ports != 0)
        return true;
    if (bitmaps > 0 && bitmaps % TSS_BITMAPS == 0 &&
        memory_take(memory, TSS_PAGES * HV_PAGE_SIZE, HV_PAGE_SIZE) == 0)
        return false;
    space->ports = ++bitmaps;
    return true;
}

/* ---- devices: only the console has a wire, the standard output
 * ------------------------------------ */

unsigned arch_console_room(void)
{
    return 16;
}

void arch_console_put(uint8_t byte)
{
    putchar(byte);
}

bool arch_console_open(unsigned com)
{
    (void)com;
    return true;
}

const char *arch_features(void)
{
    return "judged, not run";
}

uint16_t arch_level_lines(void)
{
    return 0;
}

uint64_t arch_tsc_hz(void)
{
    return 1;
}

void arch_timer_start(uint16_t divisor)
{
    (void)divisor;
}

/* ---- the end: it was refused
 * ------------------------------------------------------------------------ */

void arch_reset(void)
{
    exit(1);
}

/* Nothing happens that could be recorded. */
void arch_trace_add(unsigned kind, unsigned vector, uint64_t value)
{
    (void)kind, (void)vector, (void)value;
}

void arch_trace_calls(bool on)
{
    (void)on;
}

/* Nobody types at a system that is only described, though the console's line is opened for that. */
void arch_console_listen(void)
{
}

void arch_line_open(unsigned line)
{
    (void)line;
}

int arch_console_get(void)
{
    return ARCH_NO_INPUT;
}

void arch_halt(void)
{
    exit(1);
}

void arch_exit(uint8_t value)
{
    (void)value;
    exit(1);
}

/* ---- what no boot comes to
 * -------------------------------------------------------------------------- */

void arch_vcpu_start(struct vcpu *vcpu, uint64_t rip, uint64_t rsp, uint64_t rdi)
{
    (void)vcpu, (void)rip, (void)rsp, (void)rdi;
    abort();
}

void arch_switch(struct vcpu *from, struct vcpu *to)
{
    (void)from, (void)to;
    abort();
}

void arch_line_close(unsigned line)
{
    (void)line;
    abort();
}

void arch_backtrace(void)
{
    abort();
}
