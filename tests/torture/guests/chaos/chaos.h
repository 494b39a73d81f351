/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The chaos guest does what no sane guest does, one deed after the other, until one of them is a
 * fault; in its next life it goes on with other deeds. What is drawn follows from `seed` and from
 * the number of the life, so that under icount each run is the same.
 */
#ifndef CHAOS_H
#define CHAOS_H

#include "guest.h"

/* ---- what is drawn ---- */

void draw_from(uint64_t seed, uint64_t life);
uint64_t draw(void);
/* 0 to n - 1, where n is at most 2^32. */
uint64_t below(uint64_t n);
bool one_in(uint64_t n);
/* A number that is at a boundary, an address, or anything. */
uint64_t odd(void);
/* An address in its own memory whose content the harness does not need, or that is not writable. */
uint64_t own_address(void);
/* One that no guest has, or none at all. */
uint64_t foreign_address(void);
/* A place for a stack: mostly none that a sane guest would choose. */
uint64_t odd_stack(void);
/* All registers odd, but for a stack that is good. */
struct registers odd_registers(void);

/* ---- its memory ---- */

#define NOISE_SIZE 4096
#define STACK_SIZE 8192
#define SLACK      1024
/* What the deeds may spoil, with room around: who begins in it may go a little too far. */
struct arena {
    uint8_t before[SLACK];
    uint8_t noise[NOISE_SIZE]; /* random bytes, to be read and written */
    uint8_t between[SLACK];
    uint8_t stack[STACK_SIZE];
    uint8_t after[SLACK];
} __attribute__((aligned(64)));
extern struct arena arena;
#define GOOD_STACK ((uint64_t)arena.stack + STACK_SIZE - 2048)

/* ---- launch.asm ---- */

/* Jumps to `code` with the registers given. What comes to `landing` has returned. */
void launch(const struct registers *in, const void *code);
extern const char landing[];
/* Calls it 4 KiB further down the stack: the end of the memory is the deeds'. */
void call_below(void (*function)(void));
/* Entries of upcalls: returns at once; never returns; opens interrupts; looks whether a deed takes
 * too long, and then restarts. */
extern const char bare_entry[], lost_entry[], nested_entry[], watch_entry[];
extern uint32_t deed_age;    /* ticks that a deed has taken */
extern uint16_t trace_port;  /* where each deed writes its letter; 0: nowhere */
extern uint64_t seen_rflags; /* as deed_flags found them */

/* Code to launch; it ends with a jump to `landing`. */
extern const char deed_call[], deed_flags[], deed_spin[], deed_push[], deed_jump[], deed_return[],
    deed_far_jump[], deed_far_return[], deed_iret[], deed_rdmsr[], deed_wrmsr[], deed_fxrstor[],
    deed_ldmxcsr[], deed_x87_error[];
#define INT_SIZE 8
extern const char deed_int[]; /* INT_SIZE bytes for each vector */
extern const char *const privileged[], *const privileged_end[];
extern const char *const accesses[], *const accesses_end[];
extern const char *const odd_accesses[], *const odd_accesses_end[];
extern const char *const segment_loads[], *const segment_loads_end[];
extern const char *const port_accesses[], *const port_accesses_end[];

/* ---- bytes.asm ---- */

#define SLOT_SIZE 32
extern const char slots[], slots_end[]; /* random instructions, each with a way to `landing` */
extern const char wild[], wild_end[];   /* random bytes */

/* ---- the deeds ---- */

struct deed {
    char letter; /* in the trace */
    uint16_t weight;
    void (*run)(void);
    bool hangs; /* it may take for ever: only with somebody who watches */
};
/* Each ends with a letter of 0. */
extern const struct deed call_deeds[], memory_deeds[], cpu_deeds[];

/* Vector 32 has the watch for its entry again, and interrupts are enabled. */
void arm_watch(void);
/* The same, where line 0 is granted; if not, false. */
bool is_watched(void);
/* What must be a fault was none: the hypervisor has a hole. */
void got_through(const char *what, uint64_t number);
void trace(char letter);
/* Whether the guest was granted this port. */
bool has_port(uint64_t port);
bool has_vectors(void);

/* sweep.c: item number `restarts` of list `list`; it restarts after what is no fault. */
_Noreturn void sweep(uint64_t list, uint64_t step);

#endif
