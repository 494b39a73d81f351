/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MONITOR_H
#define MONITOR_H

#include <stdbool.h>
#include <stdint.h>
#include "belfry/hv_abi.h"

#define PARTITIONS 64

/* The next byte that is typed; waits for it. */
char next_byte(void);

/* Does what the line says, and says what came of it. */
void obey(char *line);

/* The reports, each a table. `id` is a partition's number. */
void show_partitions(void);
void show_windows(void);
void show_vectors(uint64_t id);
void show_lines(void);

/* The command: on, off, dump, or nothing: how it is. */
void trace(const char *what);

/* Says what came of an order. */
void say_status(const char *name, int64_t status, const char *refused);

/* What the hypervisor says of all, and of a partition; one that there is not is called "?". */
struct hv_system_info system_info(void);
struct hv_partition_info partition_info(uint64_t id);

/* How many partitions there are, and the one called so, or PARTITIONS. */
uint64_t count_partitions(void);
uint64_t find_partition(const char *name);

#endif
