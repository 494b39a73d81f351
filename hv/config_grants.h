/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words line=, vector= and ports=: each is checked against what the hypervisor keeps and what
 * the partitions before this one own, then granted, or reported. For the table of keys. Pure.
 */
#ifndef HV_CONFIG_GRANTS_H
#define HV_CONFIG_GRANTS_H

#include "hv/config_words.h"

void config_set_line(struct config_reader *reader, const struct config_key *key, struct word value);
void config_set_vector(struct config_reader *reader, const struct config_key *key,
                       struct word value);
void config_set_ports(struct config_reader *reader, const struct config_key *key,
                      struct word value);

void config_set_console(struct config_reader *reader, const struct config_key *key,
                        struct word value);

#endif
