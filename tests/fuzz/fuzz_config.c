/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration parser against an oracle that reads the same lines: both find as many errors in
 * each, and what is right means the same to both. */
#include <string.h>
#include "fuzz.h"
#include "oracle_config.h"

/* What lines are made of, so that not each letter has to be found; the fuzzer puts in its own. */
static const char *const words[] = {
    "\n",
    " ",
    "\t",
    "a",
    "b",
    "c",
    "--",
    "-- ",
    "p/q",
    "x.elf",
    "unsafe-ports",
    "=",
    "mem",
    "colour",
    "K",
    "M",
    "0x",
    "-",
    "00",
    "--x",
    "a-b_c",
    "fifteen-letters",
    "sixteen-letters-",
    "A",
    "system",
    "console",
};
static const char *const keys[] = {
    "vector=", "line=", "ports=",   "mem=",   "window=", "fault=",  "restarts=",
    "hz=",     "com=",  "quantum=", "burst=", "exit=",   "colour=",
};
/* Where each kind of number begins and ends, and what is beside that. */
static const char *const values[] = {
    "48",
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "14",
    "15",
    "16",
    "18",
    "19",
    "20",
    "31",
    "32",
    "47",
    "49",
    "127",
    "128",
    "129",
    "255",
    "256",
    "1000",
    "1001",
    "4096",
    "10000",
    "10001",
    "19999",
    "20000",
    "20001",
    "65535",
    "65536",
    "1000000",
    "1000001",
    "131072",
    "131073",
    "132096",
    "128K",
    "127K",
    "129K",
    "132K",
    "1M",
    "1G",
    "1025M",
    "2G",
    "4294967296",
    "4294967344",
    "18446744073709551664",
    "0x60",
    "0x60-0x64",
    "0x64-0x70",
    "0x3f8",
    "0x2ff-0x300",
    "0x300-0x310",
    "0x310-0x320",
    "0x100-0xffff",
    "9-8",
    "stop",
    "restart",
    "halt",
    "idle",
    "never",
    "",
    "+1",
};

static struct boot_info info;
static struct config config, expected;
static unsigned reported[CONFIG_PARTITIONS + 1]; /* errors, by module; the hypervisor's line last */

static void report(void *context, unsigned about, const char *text)
{
    expect(context == &info);
    expect(about == CONFIG_HYPERVISOR || about < CONFIG_PARTITIONS);
    expect(text[0] != '\0' && strlen(text) < 192);
    for (; *text != '\0'; text++)
        expect(*text >= 0x20 && *text <= 0x7E);
    reported[about == CONFIG_HYPERVISOR ? CONFIG_PARTITIONS : about]++;
}

/* ---- lines ---- */

static char text[1 << 17];
static size_t length;

static void append(const void *bytes, size_t count)
{
    if (count > sizeof(text) - length)
        count = sizeof(text) - length;
    memcpy(text + length, bytes, count);
    length += count;
}

static void append_word(const char *word)
{
    append(word, strlen(word));
}

/* A byte that ASCII has stands for itself, another for a word or for a key with a value, after a
 * space; the last of them for the byte that follows it. */
static void append_choice(struct input *input)
{
    uint8_t byte = input_byte(input);
    bool itself = byte < 128 || byte == 255;

    if (byte == 255)
        byte = input_byte(input);
    if (itself) {
        append(&byte, 1);
    } else if (byte < 160) {
        append_word(words[byte % (sizeof(words) / sizeof(words[0]))]);
    } else {
        append_word(" ");
        append_word(keys[byte % (sizeof(keys) / sizeof(keys[0]))]);
        append_word(input_one_of(input, values));
    }
}

static void make_text(struct input *input)
{
    length = 0;
    while (input_left(input))
        append_choice(input);
}

/* Takes a line off the text, as a loader would hand it over; whether it is cut. */
static bool take_line(size_t *at, char line[BOOT_LINE_MAX])
{
    size_t count = 0;

    while (*at + count < length && text[*at + count] != '\n' && text[*at + count] != '\0')
        count++;
    bool cut = count >= BOOT_LINE_MAX;
    size_t kept = cut ? BOOT_LINE_MAX - 1 : count;
    memcpy(line, text + *at, kept);
    line[kept] = '\0';
    *at += count + 1;
    return cut;
}

static void take_lines(void)
{
    size_t at = 0;

    info.line_cut = take_line(&at, info.line);
    for (info.module_count = 0; at < length; info.module_count++) {
        struct boot_module *module = &info.modules[info.module_count % BOOT_MODULES];
        module->line_cut = take_line(&at, module->line);
    }
}

/* ---- what was taken ---- */

static void expect_same_partition(const struct partition_config *a,
                                  const struct partition_config *b)
{
    expect(strcmp(a->name, b->name) == 0 && strcmp(a->args, b->args) == 0);
    expect(memcmp(a->grants, b->grants, sizeof(a->grants)) == 0);
    expect(a->mem == b->mem && a->window == b->window && a->restarts == b->restarts);
    expect(a->fault == b->fault && a->port_count == b->port_count);
    expect(a->system == b->system && a->console == b->console);
    for (unsigned i = 0; i < a->port_count; i++)
        expect(a->ports[i].first == b->ports[i].first && a->ports[i].last == b->ports[i].last);
}

static void expect_same_hypervisor(void)
{
    expect(config.hz == expected.hz && config.divisor == expected.divisor);
    expect(config.quantum == expected.quantum && config.burst == expected.burst);
    expect(config.com == expected.com && config.exit_idle == expected.exit_idle);
    expect(config.unsafe_ports == expected.unsafe_ports);
}

static void read_hypervisor(void)
{
    unsigned errors = config_read_hypervisor(&config, &info, report, &info);

    expect(errors == reported[CONFIG_PARTITIONS]);
    expect(errors == oracle_hypervisor(&info, &expected));
    expect_same_hypervisor();
}

static void read_modules(void)
{
    unsigned before = reported[CONFIG_PARTITIONS];
    unsigned errors = config_read_partitions(&config, &info, report, &info);
    unsigned counted = oracle_modules(&info, &expected);

    expect(reported[CONFIG_PARTITIONS] - before == counted);
    expect(config.partition_count == expected.partition_count);
    for (unsigned id = 0; id < expected.partition_count; id++) {
        expect(reported[id] == oracle_module(&info, &expected, id));
        expect_same_partition(&config.partitions[id], &expected.partitions[id]);
        counted += reported[id];
    }
    expect(errors == counted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, data + size};

    make_text(&input);
    take_lines();
    memset(&config, 0xA5, sizeof(config)); /* nothing is taken for set that was not */
    memset(reported, 0, sizeof(reported));
    read_hypervisor();
    read_modules();
    return 0;
}
