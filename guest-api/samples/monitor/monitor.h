/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MONITOR_H
#define MONITOR_H

#include <stdbool.h>
#include <stdint.h>

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

/* How many partitions there are, and the one called so, or PARTITIONS. */
uint64_t count_partitions(void);
uint64_t find_partition(const char *name);

#endif
