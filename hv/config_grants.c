/* SPDX-License-Identifier: BSD-2-Clause */
/* What a partition may reach of the machine: lines, vectors and ports. */
#include "hv/config_grants.h"

struct console_lines {
    uint32_t line;
    struct port_range ports;
};

/* COM1 and COM2, as every PC has them. */
static const struct console_lines consoles[] = {
    {HV_VECTOR_COM1 - HV_VECTOR_LINE, {0x3F8, 0x3FF}},
    {HV_VECTOR_COM2 - HV_VECTOR_LINE, {0x2F8, 0x2FF}},
};

/* The machine's own, where the PC/AT and its chipsets have them: who may use these can take the
 * machine from the hypervisor. */
static const struct {
    struct port_range ports;
    const char *what;
} machine_ports[] = {
    {{0x00, 0x0F}, "DMA"},         {{0x20, 0x21}, "8259"},         {{0x40, 0x43}, "8254"},
    {{0x61, 0x61}, "8254 gate"},   {{0x64, 0x64}, "8042"},         {{0x70, 0x71}, "NMI mask"},
    {{0x80, 0x8F}, "DMA pages"},   {{0x92, 0x92}, "reset"},        {{0xA0, 0xA1}, "8259"},
    {{0xB2, 0xB3}, "SMI"},         {{0xC0, 0xDF}, "DMA"},          {{0xF4, 0xF4}, "debug exit"},
    {{0x4D0, 0x4D1}, "8259 mode"}, {{0xCF8, 0xCFF}, "PCI, reset"}, {{0x8900, 0x8900}, "shutdown"},
};

static bool overlap(struct port_range a, struct port_range b)
{
    return a.first <= b.last && b.first <= a.last;
}

unsigned config_console_line(const struct config *config)
{
    return consoles[config->com - 1].line;
}

static const struct console_lines *console_of(const struct config_reader *reader)
{
    return &consoles[reader->config->com - 1];
}

static struct partition_config *partition_of(const struct config_reader *reader)
{
    return &reader->config->partitions[reader->about];
}

static bool granted(const struct partition_config *partition, uint32_t vector)
{
    return (partition->grants[vector / 64] >> vector % 64 & 1) != 0;
}

static void grant(struct config_reader *reader, uint32_t vector)
{
    partition_of(reader)->grants[vector / 64] |= (uint64_t)1 << vector % 64;
}

/* Whether an earlier partition owns the line; if so, reports it. */
static bool line_is_taken(struct config_reader *reader, uint32_t line)
{
    char who[CONFIG_WHO_SIZE];

    for (unsigned i = 0; line != 0 && i < reader->about; i++) {
        if (!granted(&reader->config->partitions[i], HV_VECTOR_LINE + line))
            continue;
        config_who(reader->config, i, who);
        config_expected(reader, "a line that no other partition has; %s has it", who);
        return true;
    }
    return false;
}

void config_set_line(struct config_reader *reader, const struct config_key *key, struct word value)
{
    uint32_t line;

    if (!config_key_number(key, value, &line) || line == HV_CASCADE_LINE)
        config_expected(reader, "%s", key->expected);
    else if (line == console_of(reader)->line)
        config_expected(reader, "another line than %u, the console's", line);
    else if (!line_is_taken(reader, line))
        grant(reader, HV_VECTOR_LINE + line);
}

void config_set_vector(struct config_reader *reader, const struct config_key *key,
                       struct word value)
{
    uint32_t vector;

    if (!config_key_number(key, value, &vector) || vector == HV_GATE)
        config_expected(reader, "%s", key->expected);
    else
        grant(reader, vector);
}

void config_set_console(struct config_reader *reader, const struct config_key *key,
                        struct word value)
{
    (void)key, (void)value;
    partition_of(reader)->console = true;
    grant(reader, HV_VECTOR_CONSOLE);
}

static bool read_ports(const struct config_key *key, struct word value, struct port_range *ports)
{
    struct word first, last;
    uint32_t numbers[2];

    if (!config_split_word(value, '-', &first, &last))
        last = first;
    if (!config_key_number(key, first, &numbers[0]) || !config_key_number(key, last, &numbers[1]))
        return false;
    *ports = (struct port_range){(uint16_t)numbers[0], (uint16_t)numbers[1]};
    return ports->first <= ports->last;
}

/* Whether the ports are the hypervisor's; if so, reports it. */
static bool ports_are_machine(struct config_reader *reader, struct port_range ports)
{
    struct port_range console = console_of(reader)->ports;

    if (overlap(ports, console)) {
        config_expected(reader, "ports without 0x%x-0x%x, the console's", console.first,
                        console.last);
        return true;
    }
    for (unsigned i = 0; !reader->config->unsafe_ports && i < ARRAY_LENGTH(machine_ports); i++) {
        struct port_range machine = machine_ports[i].ports;
        if (!overlap(ports, machine))
            continue;
        config_expected(reader,
                        "ports without 0x%x-0x%x (%s), or unsafe-ports on the hypervisor's line",
                        machine.first, machine.last, machine_ports[i].what);
        return true;
    }
    return false;
}

/* Whether an earlier partition owns one of the ports; if so, reports it. */
static bool ports_are_taken(struct config_reader *reader, struct port_range ports)
{
    char who[CONFIG_WHO_SIZE];

    for (unsigned i = 0; i < reader->about; i++) {
        const struct partition_config *other = &reader->config->partitions[i];
        for (unsigned j = 0; j < other->port_count; j++) {
            if (!overlap(ports, other->ports[j]))
                continue;
            config_who(reader->config, i, who);
            config_expected(reader, "ports that no other partition has; %s has 0x%x-0x%x", who,
                            other->ports[j].first, other->ports[j].last);
            return true;
        }
    }
    return false;
}

void config_set_ports(struct config_reader *reader, const struct config_key *key, struct word value)
{
    struct partition_config *partition = partition_of(reader);
    struct port_range ports;

    if (!read_ports(key, value, &ports))
        config_expected(reader, "%s", key->expected);
    else if (partition->port_count == CONFIG_PORTS)
        config_expected(reader, "at most %d times ports=", CONFIG_PORTS);
    else if (!ports_are_machine(reader, ports) && !ports_are_taken(reader, ports))
        partition->ports[partition->port_count++] = ports;
}
