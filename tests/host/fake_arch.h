/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host as the second architecture: all of the seam, over a buffer that stands for physical
 * memory and a record of what hv/ asked of the machine.
 */
#ifndef FAKE_ARCH_H
#define FAKE_ARCH_H

#include <stdbool.h>
#include <stdint.h>
#include "hv/boot_info.h"
#include "hv/config.h"
#include "hv/frame.h"
#include "hv/memory.h"

struct vcpu;

/* Physical memory; what lies elsewhere can't be reached. */
#define FAKE_PHYSICAL UINT64_C(0x100000)
#ifndef FAKE_SIZE
#define FAKE_SIZE (UINT64_C(12) << 20)
#endif

/* What a start of the fake CPU loads, so that a test can tell. */
#define FAKE_FX_START 0x37

enum fake_end { FAKE_RUNS, FAKE_EXITED, FAKE_HALTED, FAKE_RESET };

struct fake {
    /* What the machine answers: a test may set these. */
    unsigned room; /* bytes that the wire takes; UINT32_MAX: any number */
    uint16_t level_lines;
    uint64_t tsc_hz;
    uint64_t memory_end;                       /* 0, or physical memory ends here */
    unsigned bitmaps;                          /* how many I/O bitmaps there are memory for */
    const char *typed;                         /* what arch_console_get() has yet, or NULL */
    void (*on_line)(unsigned line, bool open); /* called with each change of a line */

    /* What it was asked. */
    uint16_t open_lines;
    unsigned line_calls;
    unsigned switches;
    struct vcpu *from, *to; /* of the last switch */
    uint64_t root;          /* of the address space in the CPU */
    uint8_t fx[512];        /* the x87 and SSE state in the CPU */
    unsigned starts;
    unsigned com;
    uint16_t divisor;
    unsigned backtraces;
    unsigned listens;
    uint64_t time; /* of the last record of the trace */
    bool traces_calls;
    unsigned port_count; /* arch_ports_allow() */
    struct {
        uint64_t root;
        struct port_range range;
    } ports[2 * CONFIG_PARTITIONS];
    enum fake_end end;
    uint8_t exit_value;

    unsigned length; /* bytes on the wire */
    char text[1 << 16];
};

extern struct fake fake;

/* A machine as at power-on: memory full of FAKE_JUNK, no spaces, nothing recorded. */
enum { FAKE_JUNK = 0xEE };
void fake_reset(void);

/* Frees what fake_reset() and the spaces took. */
void fake_release(void);

/* All physical memory as what a boot loader says is available. */
void fake_memory_map(struct boot_info *info);

/* Runs `body` up to its return, or to arch_exit() or arch_halt(); answers which. */
enum fake_end fake_run(void (*body)(void));

/* The same in a process of its own, for what changes variables that no test can set back; the
 * record of that process then is in `fake`. A body that dies otherwise is FAKE_RUNS with an exit
 * value of FAKE_DIED. */
enum { FAKE_DIED = 0xDD };
enum fake_end fake_run_apart(void (*body)(void));

/* Forgets what is on the wire. */
void fake_wire_forget(void);

#endif
