/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The seam: all that hv/ needs of the machine. arch/ implements it; so does tests/host/fake_arch.c,
 * which makes the host the second architecture.
 */
#ifndef HV_ARCH_H
#define HV_ARCH_H

#include <stdbool.h>
#include <stdint.h>
#include "hv/frame.h"

struct memory;
struct vcpu;

/* A partition's address space and ports. The guest's pages are numbered from the vCPU page (0);
 * page 1 is the first of its memory. */
struct arch_space {
    uint64_t root;   /* physical address of the top page table */
    uint64_t *pages; /* the guest's page table entries, in order */
    uint32_t ports;  /* which I/O bitmap; 0: no ports */
};

enum { PAGE_READ = 1, PAGE_WRITE = 2, PAGE_EXECUTE = 4 };

/* Builds the tables for `count` pages that lie at `physical` in a row, none accessible yet. Takes
 * what it needs from `memory`; false where that is not there. */
bool arch_space_create(struct arch_space *space, struct memory *memory, uint64_t physical,
                       uint64_t count);
/* What the guest may do with page `index`: PAGE_… united, or 0: not mapped. */
void arch_page_set(struct arch_space *space, uint64_t index, unsigned access);
unsigned arch_page_get(const struct arch_space *space, uint64_t index);
/* Lets the guest use the I/O ports first to last; false where no memory is left for the bitmap. */
bool arch_ports_allow(struct arch_space *space, struct memory *memory, uint16_t first,
                      uint16_t last);

/* Physical memory, as the hypervisor reads and writes it. */
void *arch_memory(uint64_t physical);

/* Brings what a guest can see of the CPU's state to what ABI.md says of a start, with RIP, RSP and
 * RDI as given. */
void arch_vcpu_start(struct vcpu *vcpu, uint64_t rip, uint64_t rsp, uint64_t rdi);
/* Makes `to` the vCPU whose state is in the CPU; `from`, where not NULL, had it and is saved. */
void arch_switch(struct vcpu *from, struct vcpu *to);

/* Opens or closes a line at the controller. */
void arch_line_open(unsigned line);
void arch_line_close(unsigned line);

/* How many bytes the console's wire takes now without waiting, and one of them. */
unsigned arch_console_room(void);
void arch_console_put(uint8_t byte);

/* Opens the console's wire at COM1 or COM2; false where no UART is there: what is said is lost. */
bool arch_console_open(unsigned com);

/* From now on the console's UART interrupts where something was typed; the next byte of that, or
 * ARCH_NO_INPUT, after which the next one interrupts. */
#define ARCH_NO_INPUT (-1)
void arch_console_listen(void);
int arch_console_get(void);

/* The trace: appends a record of now, in the time of cpu.self, keeping all registers but flags
 * (trace_point() calls it as it can); hypercalls are recorded from now on, or no longer. */
void arch_trace_add(unsigned kind, unsigned vector, uint64_t value);
void arch_trace_calls(bool on);

/* At boot: the CPU's features in use, as words; the lines that are level-triggered, one bit each;
 * TSC ticks in a second, or 0 where the timer does not count; the timer on line 0, started. */
const char *arch_features(void);
uint16_t arch_level_lines(void);
uint64_t arch_tsc_hz(void);
void arch_timer_start(uint16_t divisor);

/* Takes out of `memory` what the hypervisor itself occupies or cannot reach, and maps the rest. */
void arch_memory_init(struct memory *memory);

/* Where the hypervisor is, for a report: a line for each return address found on its stack. */
void arch_backtrace(void);

/* Ends all: writes `value` to QEMU's debug exit, asks Bochs to end, then halts; or only halts. */
_Noreturn void arch_exit(uint8_t value);
_Noreturn void arch_halt(void);

/* The machine starts afresh, as at power-on. */
_Noreturn void arch_reset(void);

#endif
