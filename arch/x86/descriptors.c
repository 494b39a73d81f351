/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/x86/descriptors.h"
#include <stddef.h>
#include <string.h>
#include "arch/x86/paging.h"
#include "arch/x86/stacks.h"
#include "belfry/hv_abi.h"
#include "hv/arch.h"
#include "hv/compiler.h"
#include "hv/memory.h"

/*
 * A TSS holds seven I/O bitmaps and its offset chooses among them, so that a switch is one store.
 * Where more than seven partitions use ports, further TSSs are made at boot, and a switch from one
 * to another takes an LTR. Each bitmap ends in a byte of ones (volume 1, section 19.5.2).
 */
#define BITMAPS       7
#define BITMAP_BYTES  (65536 / 8)
#define TSS_LIMIT_MAX 0xFFFF
#define PARTITIONS    64
#define MAX_TSS       ((PARTITIONS + BITMAPS - 1) / BITMAPS)

struct bitmap {
    uint8_t denied[BITMAP_BYTES];
    uint8_t end; /* ones */
};

struct tss {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t reserved1;
    uint64_t ist[7];
    uint64_t reserved2;
    uint16_t reserved3;
    uint16_t bitmap_offset; /* beyond the limit: no ports */
    struct bitmap bitmap[BITMAPS];
} __attribute__((packed));

_Static_assert(offsetof(struct tss, bitmap) == 104, "Intel SDM volume 3, figure 7-11");
_Static_assert(sizeof(struct tss) <= TSS_LIMIT_MAX, "the offset of a bitmap has 16 bits");

struct gate {
    uint16_t offset_low, selector;
    uint8_t ist, type;
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
};

struct __attribute__((packed)) table_pointer {
    uint16_t limit;
    const void *base;
};

enum { GATE_INTERRUPT = 0x8E, GATE_FROM_USER = 0x60, TYPE_TSS = 0x89 };
enum { VECTOR_NMI = 2, VECTOR_DF = 8, VECTOR_MC = 18 };

extern const uint64_t trap_stubs[HV_VECTORS];
extern const uint8_t hypercall_entry[], hypercall_entry_traced[];

__attribute__((section(".bss.stacks"), aligned(4096))) struct stack stacks[STACK_COUNT];

static struct tss first_tss;
static struct tss *tss_table[MAX_TSS] = {&first_tss};
static struct tss *tss = &first_tss; /* the one in TR */
static uint32_t chosen;              /* the bitmap that ring 3 has now */
static unsigned bitmaps_used;
static struct gate idt[HV_VECTORS];
static uint64_t gdt[] = {
    0,
    0x00AF9B000000FFFF, /* code, 64 bit */
    0x00CF93000000FFFF, /* data */
    0x00CFF3000000FFFF, /* user data */
    0x00AFFB000000FFFF, /* user code, 64 bit */
    0,                  /* the TSS */
    0,
};

/* Puts `next` into TR. Its descriptor is made anew, since LTR marks it busy. */
static void load_tss(struct tss *next)
{
    uint64_t base = (uint64_t)next, limit = sizeof(*next) - 1;

    gdt[SELECTOR_TSS / 8] = (limit & 0xFFFF) | (base & 0xFFFFFF) << 16 | (uint64_t)TYPE_TSS << 40 |
                            (base >> 24 & 0xFF) << 56;
    gdt[SELECTOR_TSS / 8 + 1] = base >> 32;
    __asm__ volatile("ltr %w0" : : "r"(SELECTOR_TSS) : "memory");
    tss = next;
}

static void init_tss(struct tss *new)
{
    new->ist[0] = stack_end(STACK_NMI);
    new->ist[1] = stack_end(STACK_DF);
    new->ist[2] = stack_end(STACK_MC);
    new->bitmap_offset = sizeof(*new);
}

static void load_gdt(void)
{
    const struct table_pointer pointer = {sizeof(gdt) - 1, gdt};

    __asm__ volatile("lgdt %0\n\t"
                     "push %q1\n\t"
                     "lea 1f(%%rip), %%rax\n\t"
                     "push %%rax\n\t"
                     "lretq\n"
                     "1:\n\t"
                     "mov %w2, %%ss\n\t"
                     "mov %w3, %%ds\n\t"
                     "mov %w3, %%es\n\t"
                     "mov %w3, %%fs\n\t"
                     "mov %w3, %%gs\n\t"
                     :
                     : "m"(pointer), "r"((uint64_t)SELECTOR_CODE), "r"(SELECTOR_DATA), "r"(0)
                     : "rax", "memory");
    /* A reset leaves an LDT of 64 KiB at address 0 (Intel SDM volume 3, table 9-1). */
    __asm__ volatile("lldt %w0" : : "r"(0));
}

static uint8_t ist_of(unsigned vector)
{
    switch (vector) {
    case VECTOR_NMI:
        return 1;
    case VECTOR_DF:
        return 2;
    case VECTOR_MC:
        return 3;
    default:
        return 0;
    }
}

static void set_gate(unsigned vector, uint64_t entry)
{
    idt[vector] = (struct gate){
        .offset_low = (uint16_t)entry,
        .selector = SELECTOR_CODE,
        .ist = ist_of(vector),
        .type = GATE_INTERRUPT | (vector == HV_GATE ? GATE_FROM_USER : 0),
        .offset_middle = (uint16_t)(entry >> 16),
        .offset_high = (uint32_t)(entry >> 32),
    };
}

/* The gate leads elsewhere, so that the usual way in has no question in it. */
void arch_trace_calls(bool on)
{
    set_gate(HV_GATE, (uint64_t)(on ? hypercall_entry_traced : hypercall_entry));
}

static void load_idt(void)
{
    const struct table_pointer pointer = {sizeof(idt) - 1, idt};

    for (unsigned vector = 0; vector < HV_VECTORS; vector++)
        set_gate(vector, trap_stubs[vector]);
    __asm__ volatile("lidt %0" : : "m"(pointer));
}

void descriptors_init(void)
{
    load_gdt();
    init_tss(&first_tss);
    load_tss(&first_tss);
    load_idt();
}

/* `ports` counts bitmaps from 1; 0 has none. */
APART static void choose_bitmap(uint32_t ports)
{
    struct tss *wanted = ports ? tss_table[(ports - 1) / BITMAPS] : tss;

    if (wanted != tss)
        load_tss(wanted);
    tss->bitmap_offset = ports ? (uint16_t)(offsetof(struct tss, bitmap) +
                                            (ports - 1) % BITMAPS * sizeof(struct bitmap))
                               : (uint16_t)sizeof(struct tss);
    chosen = ports;
}

void descriptors_switch(uint64_t frame_end, uint32_t ports)
{
    if (ports != chosen)
        choose_bitmap(ports);
    tss->rsp[0] = frame_end;
}

static struct bitmap *bitmap_of(uint32_t ports)
{
    return &tss_table[(ports - 1) / BITMAPS]->bitmap[(ports - 1) % BITMAPS];
}

/* A further TSS, for seven more bitmaps. */
static struct tss *new_tss(struct memory *memory)
{
    uint64_t physical = memory_take(memory, sizeof(struct tss), HV_PAGE_SIZE);

    if (physical == 0)
        return NULL;
    struct tss *new = memset(direct_map(physical), 0, sizeof(*new));
    init_tss(new);
    return new;
}

static bool new_bitmap(struct arch_space *space, struct memory *memory)
{
    struct tss **holder = &tss_table[bitmaps_used / BITMAPS];

    if (!*holder)
        *holder = new_tss(memory);
    if (!*holder)
        return false;
    space->ports = ++bitmaps_used;
    memset(bitmap_of(space->ports), 0xFF, sizeof(struct bitmap));
    return true;
}

bool arch_ports_allow(struct arch_space *space, struct memory *memory, uint16_t first,
                      uint16_t last)
{
    if (space->ports == 0 && !new_bitmap(space, memory))
        return false;
    struct bitmap *bitmap = bitmap_of(space->ports);
    for (unsigned port = first; port <= last; port++)
        bitmap->denied[port / 8] &= (uint8_t) ~(1u << port % 8);
    return true;
}
