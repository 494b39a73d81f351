/* SPDX-License-Identifier: BSD-2-Clause */
#include "oracle_config.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PORTS   65536
#define UNOWNED CONFIG_PARTITIONS       /* by no partition */
#define MACHINE (CONFIG_PARTITIONS + 1) /* by the console, or by the hypervisor */

static uint8_t line_owner[HV_LINES], port_owner[PORTS];

static bool number(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
    bool hex = strncmp(text, "0x", 2) == 0 && text[2] != '\0';
    const char *digits = hex ? text + 2 : text;

    for (const char *at = digits; *at != '\0'; at++)
        if (hex ? !isxdigit((unsigned char)*at) : !isdigit((unsigned char)*at))
            return false;
    errno = 0;
    *value = strtoull(digits, NULL, hex ? 16 : 10);
    return digits[0] != '\0' && errno == 0 && *value >= min && *value <= max;
}

static bool small_number(const char *text, uint64_t min, uint64_t max, uint32_t *value)
{
    uint64_t found;

    if (!number(text, min, max, &found))
        return false;
    *value = (uint32_t)found;
    return true;
}

static bool has_key(const char *word, const char *key)
{
    size_t length = strlen(key);

    return strncmp(word, key, length) == 0 && (word[length] == '=' || word[length] == '\0');
}

/* What follows the '='; where there is none, something that no key takes. */
static const char *value_of(const char *word)
{
    const char *sign = strchr(word, '=');

    return sign ? sign + 1 : "no value";
}

/* Whether this is the first time; `seen` has a flag for each key. */
static bool first_time(bool *seen)
{
    bool first = !*seen;

    *seen = true;
    return first;
}

/* ---- the hypervisor's line ---- */

static bool exit_word(const char *value, bool *idle)
{
    if (strcmp(value, "idle") != 0 && strcmp(value, "never") != 0)
        return false;
    *idle = strcmp(value, "idle") == 0;
    return true;
}

static bool hypervisor_word(const char *word, struct config *config, bool seen[6])
{
    const char *value = value_of(word);

    if (has_key(word, "hz"))
        return first_time(&seen[0]) && small_number(value, 19, 20000, &config->hz);
    if (has_key(word, "quantum"))
        return first_time(&seen[1]) && small_number(value, 1, 10000, &config->quantum);
    if (has_key(word, "burst"))
        return first_time(&seen[2]) && small_number(value, 1, 1000, &config->burst);
    if (has_key(word, "com"))
        return first_time(&seen[3]) && small_number(value, 1, 2, &config->com);
    if (has_key(word, "exit"))
        return first_time(&seen[4]) && exit_word(value, &config->exit_idle);
    if (!has_key(word, "unsafe-ports") || !first_time(&seen[5]) || strchr(word, '='))
        return false;
    config->unsafe_ports = true;
    return true;
}

unsigned oracle_hypervisor(const struct boot_info *info, struct config *config)
{
    char line[BOOT_LINE_MAX], *rest;
    bool seen[6] = {false}, first = true;
    unsigned errors = info->line_cut;

    config->hz = 1000;
    config->quantum = 10;
    config->burst = 16;
    config->com = 1;
    config->exit_idle = config->unsafe_ports = false;
    strcpy(line, info->line_cut ? "" : info->line);
    for (char *word = strtok_r(line, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
        bool path = first && !strchr(word, '=') && strcmp(word, "unsafe-ports") != 0;
        first = false;
        errors += !path && !hypervisor_word(word, config, seen);
    }
    config->divisor = (uint32_t)(1193182.0 / config->hz + 0.5);
    return errors;
}

/* ---- who owns what ---- */

static bool own_line(unsigned line, unsigned id)
{
    if (line == 0)
        return true;
    if (line_owner[line] != UNOWNED && line_owner[line] != id)
        return false;
    line_owner[line] = (uint8_t)id;
    return true;
}

static bool own_ports(unsigned first, unsigned last, unsigned id)
{
    for (unsigned port = first; port <= last; port++)
        if (port_owner[port] != UNOWNED && port_owner[port] != id)
            return false;
    memset(port_owner + first, (int)id, last - first + 1);
    return true;
}

static void nobody_owns(const struct config *config)
{
    static const struct port_range machine[] = {
        {0x20, 0x21}, {0xA0, 0xA1},   {0x4D0, 0x4D1}, {0x40, 0x43}, {0x61, 0x61},
        {0x64, 0x64}, {0x70, 0x71},   {0x92, 0x92},   {0x00, 0x0F}, {0x80, 0x8F},
        {0xC0, 0xDF}, {0xCF8, 0xCFF}, {0xB2, 0xB3},   {0xF4, 0xF4}};
    unsigned console = config->com == 1 ? 0x3F8 : 0x2F8;

    memset(line_owner, UNOWNED, sizeof(line_owner));
    memset(port_owner, UNOWNED, sizeof(port_owner));
    line_owner[2] = line_owner[config->com == 1 ? 4 : 3] = MACHINE;
    own_ports(console, console + 7, MACHINE);
    for (unsigned i = 0; !config->unsafe_ports && i < sizeof(machine) / sizeof(machine[0]); i++)
        own_ports(machine[i].first, machine[i].last, MACHINE);
}

/* ---- a module's line ---- */

static bool ports_word(const char *value, struct partition_config *partition, unsigned id)
{
    char text[BOOT_LINE_MAX];
    uint32_t first, last;

    strcpy(text, value);
    char *dash = strchr(text, '-');
    if (dash)
        *dash = '\0';
    if (!small_number(text, 0, 0xFFFF, &first) ||
        !small_number(dash ? dash + 1 : text, 0, 0xFFFF, &last) || first > last)
        return false;
    if (partition->port_count == CONFIG_PORTS || !own_ports(first, last, id))
        return false;
    partition->ports[partition->port_count++] =
        (struct port_range){(uint16_t)first, (uint16_t)last};
    return true;
}

static bool mem_word(const char *value, uint64_t *mem)
{
    char text[BOOT_LINE_MAX];
    size_t length = strlen(value);
    uint64_t unit = 1, found;

    strcpy(text, value);
    int last = length > 0 ? text[length - 1] : '\0';
    if (last == 'K' || last == 'M' || last == 'G') {
        unit = last == 'K' ? 1 << 10 : last == 'M' ? 1 << 20 : 1 << 30;
        text[length - 1] = '\0';
    }
    if (!number(text, 0, (uint64_t)1 << 30, &found))
        return false;
    found *= unit;
    if (found < 128 << 10 || found > 1 << 30 || found % 4096 != 0)
        return false;
    *mem = found;
    return true;
}

static bool grant(struct partition_config *partition, uint32_t vector)
{
    partition->grants[vector / 64] |= (uint64_t)1 << vector % 64;
    return true;
}

static bool fault_word(const char *value, struct partition_config *partition)
{
    if (strcmp(value, "restart") == 0)
        partition->fault = FAULT_RESTART;
    else if (strcmp(value, "halt") == 0)
        partition->fault = FAULT_HALT;
    else
        return strcmp(value, "stop") == 0;
    return true;
}

static bool bare_word(const char *word, bool *flag)
{
    *flag = strchr(word, '=') == NULL;
    return *flag;
}

static bool module_word(const char *word, struct partition_config *partition, unsigned id,
                        bool seen[6])
{
    const char *value = value_of(word);
    uint32_t n;

    if (has_key(word, "mem"))
        return first_time(&seen[0]) && mem_word(value, &partition->mem);
    if (has_key(word, "window"))
        return first_time(&seen[1]) && small_number(value, 1, 10000, &partition->window);
    if (has_key(word, "restarts"))
        return first_time(&seen[2]) && small_number(value, 0, 1000000, &partition->restarts);
    if (has_key(word, "fault"))
        return first_time(&seen[3]) && fault_word(value, partition);
    if (has_key(word, "line"))
        return small_number(value, 0, 15, &n) && own_line(n, id) && grant(partition, 32 + n);
    if (has_key(word, "vector"))
        return small_number(value, 48, 255, &n) && n != 128 && grant(partition, n);
    if (has_key(word, "system"))
        return first_time(&seen[4]) && bare_word(word, &partition->system);
    if (has_key(word, "console"))
        return first_time(&seen[5]) && bare_word(word, &partition->console) &&
               grant(partition, 255);
    return has_key(word, "ports") && ports_word(value, partition, id);
}

static bool good_name(const char *word)
{
    size_t length = strlen(word);

    return length >= 1 && length <= 15 && strcmp(word, "--") != 0 &&
           strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-_") == length;
}

static bool used_before(const struct config *config, unsigned id, const char *word)
{
    for (unsigned i = 0; i < id; i++)
        if (strcmp(config->partitions[i].name, word) == 0)
            return true;
    return false;
}

/* Cuts the arguments off the line: what follows the first word that is "--", and one space. */
static const char *cut_args(char *line)
{
    for (char *at = strstr(line, "--"); at; at = strstr(at + 1, "--")) {
        bool starts = at == line || at[-1] == ' ' || at[-1] == '\t';
        if (starts && (at[2] == ' ' || at[2] == '\t' || at[2] == '\0')) {
            bool last = at[2] == '\0';
            *at = '\0';
            return last ? at + 2 : at + 3;
        }
    }
    return "";
}

unsigned oracle_modules(const struct boot_info *info, struct config *config)
{
    nobody_owns(config);
    config->partition_count = info->module_count < 64 ? info->module_count : 64;
    return info->module_count < 1 || info->module_count > 64;
}

unsigned oracle_module(const struct boot_info *info, struct config *config, unsigned id)
{
    const struct boot_module *module = &info->modules[id];
    struct partition_config *partition = &config->partitions[id];
    bool seen[6] = {false};
    char line[BOOT_LINE_MAX], *rest;
    unsigned errors = 0;

    *partition = (struct partition_config){.mem = 2 << 20, .restarts = 3};
    strcpy(line, module->line);
    const char *args = cut_args(line);
    const char *word = strtok_r(line, " \t", &rest);
    if (word && strpbrk(word, "/."))
        word = strtok_r(NULL, " \t", &rest);
    if (word && good_name(word) && !used_before(config, id, word))
        strcpy(partition->name, word);
    else
        errors++;
    if (module->line_cut)
        return errors + 1;
    if (strlen(args) <= 191)
        strcpy(partition->args, args);
    else
        errors++;
    while (word && (word = strtok_r(NULL, " \t", &rest)))
        errors += !module_word(word, partition, id, seen);
    return errors;
}
