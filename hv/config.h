/* SPDX-License-Identifier: BSD-2-Clause */
/* The command lines, read into a struct config, or every error in them. Pure. */
#ifndef HV_CONFIG_H
#define HV_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include "belfry/hv_abi.h"
#include "hv/boot_info.h"

#define CONFIG_PARTITIONS BOOT_MODULES
#define CONFIG_PORTS      32 /* ports= words of one partition */
#define CONFIG_NAME_SIZE  16 /* with the NUL */

/* What an error is about: the index of a module, or the hypervisor's own line. */
#define CONFIG_HYPERVISOR (~0u)

enum fault_policy { FAULT_STOP, FAULT_RESTART, FAULT_HALT };

struct port_range {
    uint16_t first;
    uint16_t last; /* inclusive */
};

struct partition_config {
    char name[CONFIG_NAME_SIZE];
    uint64_t mem;       /* bytes, whole pages */
    uint64_t grants[4]; /* bitmap of vectors: granted lines (as 32 + line) and virtual vectors */
    uint32_t window;    /* ticks; 0: none */
    uint32_t restarts;
    enum fault_policy fault;
    bool system;  /* may observe and control the others */
    bool console; /* may read what is typed */
    unsigned port_count;
    struct port_range ports[CONFIG_PORTS];
    char args[HV_ARGS_SIZE];
};

struct config {
    uint32_t divisor; /* the PIT's, for hz= */
    uint32_t hz;
    uint32_t quantum; /* ticks */
    uint32_t burst;   /* occurrences of an edge-triggered line in one tick */
    unsigned com;     /* 1 or 2 */
    bool exit_idle;
    bool unsafe_ports;
    unsigned partition_count;
    struct partition_config partitions[CONFIG_PARTITIONS];
};

/* Gets one error: `about` is CONFIG_HYPERVISOR or a module's index; `text` is the whole line,
 * without newline, and is not kept. */
typedef void config_report(void *context, unsigned about, const char *text);

/*
 * Reads the hypervisor's own line, so that the console can be opened before anything else is said.
 * Sets every field but the partitions'; where a word is wrong the default stays. Returns the number
 * of errors, each reported.
 */
unsigned config_read_hypervisor(struct config *config, const struct boot_info *info,
                                config_report *report, void *context);

/*
 * Reads the modules' lines into config->partitions, after config_read_hypervisor(). Checks each
 * line alone, then all together: names, lines and ports that two would own. Returns the number of
 * errors, each reported.
 */
unsigned config_read_partitions(struct config *config, const struct boot_info *info,
                                config_report *report, void *context);

/* The line of the console's UART. */
unsigned config_console_line(const struct config *config);

#endif
