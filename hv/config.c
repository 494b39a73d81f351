/* SPDX-License-Identifier: BSD-2-Clause */
/* The hypervisor's own line. */
#include "hv/config.h"

#include "hv/config_words.h"

static void set_hz(struct config_reader *reader, const struct config_key *key, struct word value)
{
    uint32_t hz;

    if (!config_key_number(key, value, &hz)) {
        config_expected(reader, "%s", key->expected);
        return;
    }
    reader->config->hz = hz;
    reader->config->divisor = (HV_PIT_HZ + hz / 2) / hz;
}

static void set_exit(struct config_reader *reader, const struct config_key *key, struct word value)
{
    if (config_word_is(value, "idle"))
        reader->config->exit_idle = true;
    else if (!config_word_is(value, "never"))
        config_expected(reader, "%s", key->expected);
}

#define NUMBER(field)                                                                              \
    .name = #field, .set = config_set_number, .offset = offsetof(struct config, field)

static const struct config_key hypervisor_keys[] = {
    {.name = "hz", .set = set_hz, .expected = "19 to 20000", .min = 19, .max = 20000},
    {NUMBER(quantum), .expected = "1 to 10000 ticks", .min = 1, .max = 10000},
    {NUMBER(burst), .expected = "1 to 1000", .min = 1, .max = 1000},
    {NUMBER(com), .expected = "1 or 2", .min = 1, .max = 2},
    {.name = "exit", .set = set_exit, .expected = "never or idle"},
    {.name = "unsafe-ports",
     .set = config_set_flag,
     .offset = offsetof(struct config, unsafe_ports),
     .bare = true},
};

static const struct config_keys hypervisor_table = {hypervisor_keys, ARRAY_LENGTH(hypervisor_keys)};

_Static_assert(sizeof(unsigned) == sizeof(uint32_t), "config_set_number() fills com");
_Static_assert((HV_PIT_HZ + 19 / 2) / 19 <= UINT16_MAX, "the largest divisor fits the PIT");

static void set_defaults(struct config *config)
{
    config->hz = 1000;
    config->divisor = (HV_PIT_HZ + config->hz / 2) / config->hz;
    config->quantum = 10;
    config->burst = 16;
    config->com = 1;
    config->exit_idle = false;
    config->unsafe_ports = false;
    config->partition_count = 0;
}

/* The first word of the line can be the path of the hypervisor's own image. */
static bool is_path(struct word word)
{
    return !config_word_has(word, '=') && !config_word_is(word, "unsafe-ports");
}

unsigned config_read_hypervisor(struct config *config, const struct boot_info *info,
                                config_report *report, void *context)
{
    struct config_reader reader = {.config = config,
                                   .about = CONFIG_HYPERVISOR,
                                   .report = report,
                                   .context = context,
                                   .target = config};
    const char *rest = info->line;
    struct word word;

    set_defaults(config);
    if (info->line_cut) {
        reader.word = config_word("a longer line");
        config_expected(&reader, "at most %d bytes", BOOT_LINE_MAX - 1);
        return reader.errors;
    }
    if (config_next_word(&rest, &word) && is_path(word))
        config_next_word(&rest, &word);
    for (; word.length > 0; config_next_word(&rest, &word))
        config_read_word(&reader, &hypervisor_table, word);
    return reader.errors;
}
