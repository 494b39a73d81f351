/* SPDX-License-Identifier: BSD-2-Clause */
/* The modules' lines. */
#include "hv/config.h"

#include "hv/config_grants.h"
#include "hv/config_words.h"
#include "hv/format.h"

static struct partition_config *partition_of(const struct config_reader *reader)
{
    return &reader->config->partitions[reader->about];
}

static void set_mem(struct config_reader *reader, const struct config_key *key, struct word value)
{
    static const struct {
        char letter;
        unsigned shift;
    } suffixes[] = {{'K', 10}, {'M', 20}, {'G', 30}};
    struct word number = value;
    uint64_t bytes;
    unsigned shift = 0;

    for (unsigned i = 0; i < ARRAY_LENGTH(suffixes); i++)
        if (value.length > 0 && value.text[value.length - 1] == suffixes[i].letter)
            shift = suffixes[i].shift;
    number.length -= shift > 0;
    if (!config_number(number, &bytes) || bytes > (uint64_t)HV_MEM_MAX >> shift ||
        bytes << shift < HV_MEM_MIN || (bytes << shift) % HV_PAGE_SIZE != 0)
        config_expected(reader, "%s", key->expected);
    else
        partition_of(reader)->mem = bytes << shift;
}

static void set_fault(struct config_reader *reader, const struct config_key *key, struct word value)
{
    static const char *const policies[] = {
        [FAULT_STOP] = "stop", [FAULT_RESTART] = "restart", [FAULT_HALT] = "halt"};

    for (unsigned i = 0; i < ARRAY_LENGTH(policies); i++) {
        if (config_word_is(value, policies[i])) {
            partition_of(reader)->fault = (enum fault_policy)i;
            return;
        }
    }
    config_expected(reader, "%s", key->expected);
}

#define NUMBER(field)                                                                              \
    .name = #field, .set = config_set_number, .offset = offsetof(struct partition_config, field)

static const struct config_key partition_keys[] = {
    {.name = "mem", .set = set_mem, .expected = "128K to 1G, in whole pages of 4K"},
    {.name = "line",
     .set = config_set_line,
     .expected = "0 to 15, not 2",
     .min = 0,
     .max = HV_LINES - 1,
     .repeats = true},
    {.name = "vector",
     .set = config_set_vector,
     .expected = "48 to 255, not 128",
     .min = HV_VECTOR_VIRTUAL,
     .max = HV_VECTORS - 1,
     .repeats = true},
    {.name = "ports",
     .set = config_set_ports,
     .expected = "a port or first-last, 0 to 0xffff",
     .min = 0,
     .max = 0xFFFF,
     .repeats = true},
    {NUMBER(window), .expected = "1 to 10000 ticks", .min = 1, .max = 10000},
    {.name = "fault", .set = set_fault, .expected = "stop, restart or halt"},
    {NUMBER(restarts), .expected = "0 to 1000000", .min = 0, .max = 1000000},
    {.name = "system",
     .set = config_set_flag,
     .offset = offsetof(struct partition_config, system),
     .bare = true},
    {.name = "console", .set = config_set_console, .bare = true},
};

static const struct config_keys partition_table = {partition_keys, ARRAY_LENGTH(partition_keys)};

static bool is_name(struct word word)
{
    for (size_t i = 0; i < word.length; i++) {
        char byte = word.text[i];
        if (!(byte >= 'a' && byte <= 'z') && !(byte >= '0' && byte <= '9') && byte != '-' &&
            byte != '_')
            return false;
    }
    return word.length > 0 && word.length < CONFIG_NAME_SIZE && !config_word_is(word, "--");
}

/* Whose name is taken has none, so that errors call it by its module. */
static void check_unique(struct config_reader *reader)
{
    for (unsigned i = 0; i < reader->about; i++) {
        if (!config_word_is(reader->word, reader->config->partitions[i].name))
            continue;
        partition_of(reader)->name[0] = '\0';
        config_expected(reader, "a name of its own; modules %u and %u have it", i + 1,
                        reader->about + 1);
        return;
    }
}

static void read_name(struct config_reader *reader, struct word word)
{
    struct partition_config *partition = partition_of(reader);

    reader->word = word.length > 0 ? word : config_word("no name");
    if (!is_name(word)) {
        config_expected(reader, "a name, 1 to %d of a-z 0-9 - _", CONFIG_NAME_SIZE - 1);
        return;
    }
    for (size_t i = 0; i < word.length; i++)
        partition->name[i] = word.text[i];
    partition->name[word.length] = '\0';
    check_unique(reader);
}

/* What follows the "--", but for the one space that ends it. */
static void read_args(struct config_reader *reader, const char *rest)
{
    struct word args = config_word(*rest != '\0' ? rest + 1 : rest);
    struct partition_config *partition = partition_of(reader);

    if (args.length >= HV_ARGS_SIZE) {
        reader->word = args;
        config_expected(reader, "at most %d bytes of arguments, not %zu", HV_ARGS_SIZE - 1,
                        args.length);
        return;
    }
    for (size_t i = 0; i < args.length; i++)
        partition->args[i] = args.text[i];
    partition->args[args.length] = '\0';
}

static void read_words(struct config_reader *reader, const char *rest)
{
    struct word word;

    while (config_next_word(&rest, &word)) {
        if (config_word_is(word, "--")) {
            read_args(reader, rest);
            return;
        }
        config_read_word(reader, &partition_table, word);
    }
}

static void read_module(struct config_reader *reader, const struct boot_module *module)
{
    const char *rest = module->line;
    struct word word;

    *partition_of(reader) = (struct partition_config){.mem = HV_MEM_DEFAULT, .restarts = 3};
    config_next_word(&rest, &word);
    if (config_word_has(word, '/') || config_word_has(word, '.'))
        config_next_word(&rest, &word);
    read_name(reader, word);
    if (module->line_cut) {
        reader->word = config_word("a longer line");
        config_expected(reader, "at most %d bytes", BOOT_LINE_MAX - 1);
        return;
    }
    if (config_word_is(word, "--"))
        read_args(reader, rest);
    else
        read_words(reader, rest);
}

/* Reports a number of modules that cannot be; answers how many errors that is. */
static unsigned check_count(unsigned count, config_report *report, void *context)
{
    char text[CONFIG_TEXT_SIZE];

    if (count >= 1 && count <= CONFIG_PARTITIONS)
        return 0;
    if (count == 0)
        format_text(text, sizeof(text), "no module: expected 1 to %u, each a guest's image",
                    CONFIG_PARTITIONS);
    else
        format_text(text, sizeof(text), "module %u of %u: expected at most %u modules",
                    CONFIG_PARTITIONS + 1, count, CONFIG_PARTITIONS);
    report(context, CONFIG_HYPERVISOR, text);
    return 1;
}

unsigned config_read_partitions(struct config *config, const struct boot_info *info,
                                config_report *report, void *context)
{
    unsigned errors = check_count(info->module_count, report, context);

    config->partition_count =
        info->module_count < CONFIG_PARTITIONS ? info->module_count : CONFIG_PARTITIONS;
    for (unsigned i = 0; i < config->partition_count; i++) {
        struct config_reader reader = {
            .config = config, .about = i, .report = report, .context = context};
        reader.target = partition_of(&reader);
        read_module(&reader, &info->modules[i]);
        errors += reader.errors;
    }
    return errors;
}
