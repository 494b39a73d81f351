/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Partitions: an image with its memory, its grants and its share of time. Loading, restarting and
 * stopping go in slices, in the partition's own time: each life ends in partition_end…(), and
 * partition_work() then does what is left, one bounded slice a call.
 */
#ifndef HV_PARTITION_H
#define HV_PARTITION_H

#include <stdbool.h>
#include <stdint.h>
#include "hv/arch.h"
#include "hv/config.h"
#include "hv/elf.h"
#include "hv/health.h"
#include "hv/vcpu.h"

/* The guest's pages begin with the vCPU page, right below its memory. */
#define PARTITION_BASE (HV_MEM_BASE - HV_PAGE_SIZE)

/* What is left to do before the partition runs again, or is stopped. */
enum work {
    WORK_COLLECT,  /* unregister, and move the life's counters to the totals */
    WORK_DESCRIBE, /* the fault's line is written … */
    WORK_REPORT,   /* … and said */
    WORK_CLEAR,    /* all of its pages */
    WORK_LOAD,     /* the segments from the file */
    WORK_START
};

/* How a life ended, and so what follows it. */
enum ending { ENDING_NONE, ENDING_EXIT, ENDING_FAULT, ENDING_RESTART, ENDING_ORDER };
enum sequel { SEQUEL_STOP, SEQUEL_RESTART, SEQUEL_HALT };

struct fault {
    unsigned what; /* an exception's vector or FAULT_… */
    uint64_t rip;
    uint64_t address; /* of a page fault */
};

struct totals {
    uint64_t upcalls, raised, acknowledged, discarded;
};

/* Adds what this life has counted of a vector. */
void totals_add(struct totals *totals, const struct virq_vector *of);

struct partition {
    const struct partition_config *config;
    unsigned id;
    struct vcpu *vcpu;
    struct arch_space space;
    uint8_t
        *memory;   /* its pages, in the hypervisor's own mapping: the vCPU page, then its memory */
    uint64_t size; /* bytes, the vCPU page included */
    struct elf_image image;
    uint32_t restarts;
    uint32_t forgiven; /* of these, the ones that no longer count against restarts= */

    enum work work;
    uint64_t position;          /* how far the work is: in vectors, pages or bytes */
    unsigned header;            /* WORK_LOAD: the next program header */
    struct elf_segment segment; /* WORK_LOAD: the one that is being copied */

    enum ending ending;
    enum sequel sequel;
    uint64_t exit_code;
    struct fault fault;
    char report[HEALTH_LINE]; /* the fault's line */
    uint64_t outstanding;     /* occurrences that the last life left */
    struct totals totals;     /* over all lives that have ended */
};

/* What every partition's vCPU page says. */
struct partition_facts {
    uint64_t tsc_hz;
    uint32_t tick_divisor;
};

extern struct partition partitions[CONFIG_PARTITIONS];

/*
 * Creates partition `id` with the ELF image in `module`, taking its memory from `memory`: its
 * tables, ports and vCPU, ready to be loaded. Returns NULL, or what was not there.
 */
const char *partition_create(unsigned id, const struct partition_config *config,
                             const struct boot_range *module, struct memory *memory);

/* After the last partition_create(): how many there are, and what their vCPU pages say. */
void partition_ready(unsigned count, const struct partition_facts *facts);

/*
 * The `length` (> 0) bytes at guest address `address`, in the hypervisor's mapping, where all of
 * them are the partition's and the guest itself may use them so (PAGE_…); else NULL. Bounded for a
 * `length` of at most HV_CONSOLE_MAX.
 */
void *partition_memory(const struct partition *partition, uint64_t address, uint64_t length,
                       unsigned access);

/* Whether guest address `address` is the partition's and the guest itself may use its page so. */
static inline bool partition_may(const struct partition *partition, uint64_t address,
                                 unsigned access)
{
    uint64_t offset = address - PARTITION_BASE;

    return offset < partition->size &&
           (arch_page_get(&partition->space, offset / HV_PAGE_SIZE) & access) == access;
}

/* The partition's guest address `address`, in the hypervisor's mapping. */
static inline void *partition_at(const struct partition *partition, uint64_t address)
{
    return partition->memory + (address - PARTITION_BASE);
}

/* Whether the command line grants `vector`, below 256. */
bool partition_granted(const struct partition *partition, unsigned vector);

/* The partition's life ends: by PARTITION_EXIT, by PARTITION_RESTART, by a fault. */
void partition_exit(struct partition *partition, uint64_t code);
void partition_restart(struct partition *partition);
void partition_fault(struct partition *partition, const struct fault *fault);

/* By order of a system partition: it stops; it starts afresh, once it has stopped; or whatever it
 * does. 0, or HV_EBUSY: it has not stopped, or its fault is about to halt the machine. */
int64_t partition_order_stop(struct partition *partition);
int64_t partition_order_start(struct partition *partition);
int64_t partition_order_restart(struct partition *partition);

/* Writes as many of the `length` bytes at `fields`, 64-bit ones, to guest address `address` as fit
 * in `size`, whole: how many bytes, or HV_EFAULT where the guest itself may not. */
int64_t partition_put(const struct partition *partition, uint64_t address, uint64_t size,
                      const void *fields, uint64_t length);

/* One slice of what is left to do; the partition's vCPU is LOADING. Bounded. */
void partition_work(struct partition *partition);

/* The partition, which has stopped, is loaded afresh. */
void partition_revive(struct partition *partition);

/* Where every partition has stopped, ends as the command line says; else returns. */
void partition_all_stopped(void);

#endif
