/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parser of command lines: lines of known words in which some bytes may be any, spaces and NULs
 * too. Each case is read apart from the others, so that Eva can tell where each word ends.
 */
#include "any.h"
#include "hv/compiler.h"
#include "hv/config.h"

#define TEXT_10 "0123456789"
#define TEXT_190                                                                                   \
    TEXT_10 TEXT_10 TEXT_10 TEXT_10 TEXT_10 TEXT_10 TEXT_10 TEXT_10 TEXT_10 TEXT_10 TEXT_10        \
        TEXT_10 TEXT_10 TEXT_10 TEXT_10 TEXT_10 TEXT_10 TEXT_10 TEXT_10
#define PORTS_4  " ports=512 ports=512 ports=512 ports=512"
#define PORTS_32 PORTS_4 PORTS_4 PORTS_4 PORTS_4 PORTS_4 PORTS_4 PORTS_4 PORTS_4

/* The lines of the hypervisor and of two modules; a `?` is any byte. */
struct lines {
    const char *hypervisor, *first, *second;
};

static struct config config;

static void report(void *context, unsigned about, const char *text)
{
    (void)context, (void)about, (void)text;
}

static void read_config(const struct boot_info *info)
{
    config_read_hypervisor(&config, info, report, NULL);
    config_read_partitions(&config, info, report, NULL);
}

/* What stands behind the NUL is uninitialised: it is seen when it is read. */
static void put_line(char *line, const char *text)
{
    unsigned i = 0;

    for (; text[i] != '\0'; i++)
        line[i] = text[i] == '?' ? (char)any_byte : text[i];
    line[i] = '\0';
}

static void read_lines(const struct lines *lines, bool cut)
{
    struct boot_info info;

    info.line_cut = info.modules[0].line_cut = info.modules[1].line_cut = cut;
    info.module_count = 2;
    put_line(info.line, lines->hypervisor);
    put_line(info.modules[0].line, lines->first);
    put_line(info.modules[1].line, lines->second);
    read_config(&info);
}

static void count_modules(unsigned count)
{
    struct boot_info info;

    info.module_count = count;
    info.line_cut = false;
    put_line(info.line, "");
    for (unsigned i = 0; i < BOOT_MODULES; i++) {
        info.modules[i].line_cut = false;
        put_line(info.modules[i].line, "");
    }
    read_config(&info);
}

void eva_config(void)
{
    static const struct lines cases[] = {
        /* The hypervisor's words. */
        {"???", "a", "b"},
        {"hz=??", "a", "b"},
        {"hz=1???", "a", "b"},
        {"quantum=??", "a", "b"},
        {"burst=??", "a", "b"},
        {"com=? com=1", "a", "b"},
        {"exit=idl?", "a", "b"},
        {"exit=nev??", "a", "b"},
        {"unsafe-ports?", "a", "b"},
        {"/boot/belfry.elf ??", "a", "b"},
        {"hz=0x??", "a", "b"},
        {"hz=1844674407370955161? quantum=1844674407370955162", "a", "b"},
        /* Names. */
        {"", "??", "b"},
        {"", "a", "??"},
        {"", "a", "/? ?"},
        {"", "a", "a.elf --"},
        {"", "a", "abcdefghijklmn?"},
        {"", "a", "abcdefghijklmno?"},
        {"", "a", ""},
        /* The partitions' words. */
        {"", "a", "b ??"},
        {"", "a", "b mem=2?"},
        {"", "a", "b mem=1?2K"},
        {"", "a", "b mem=1844674407370955161?"},
        {"", "a line=5", "b line=?"},
        {"", "a line=5", "b line=1?"},
        {"com=2", "a line=4", "b line=3 line=? line=?"},
        {"", "a", "b vector=??"},
        {"", "a", "b vector=1?? vector=2?5"},
        {"", "a ports=0x200", "b ports=0x20?"},
        {"", "a ports=0x200-0x20f", "b ports=0x?00-0x?10"},
        {"", "a", "b ports=0x8?"},
        {"unsafe-ports", "a", "b ports=0x??"},
        {"", "a", "b ports=??"},
        {"", "a", "b ports=5-?"},
        {"", "a", "b window=1?"},
        {"", "a", "b window=?000"},
        {"", "a", "b fault=resta?t restarts=?"},
        {"", "a", "b fault=stop fault=?"},
        {"", "a", "b fault=halt restarts=?000000"},
        /* Arguments. */
        {"", "a", "b -- ???"},
        {"", "a", "b --?? mem=1M"},
        {"", "a", "b -- " TEXT_190 "?"},
        {"", "a", "b -- " TEXT_190 "a?"},
        {"", "a", "b" PORTS_32 " ports=0x20?"},
    };

    count_modules(0);
    count_modules((unsigned)any_of(CONFIG_PARTITIONS + 1, UINT32_MAX));
    read_lines(&(struct lines){"hz=100", "a", "b"}, true);
    for (unsigned i = 0; i < ARRAY_LENGTH(cases); i++)
        read_lines(&cases[i], false);
}
