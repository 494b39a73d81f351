/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * belfry-judge: boots a system that is only described, up to its first guest, with the hypervisor's
 * own code. What the console would say is on the standard output, and behind it, where the system
 * starts, a line of JSON: what was made of the description. Status 0: it starts; 1: it is refused;
 * 2: the description can't be read.
 *
 * The description, on the standard input, one thing a line:
 *     image START END    where the hypervisor's own image lies
 *     range START END    available memory, in ascending order
 *     line WORDS         the hypervisor's command line
 *     module PATH        an image's file; its place in the order is the partition's
 *     words WORDS        the command line of the module before
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "hv/bitmap.h"
#include "hv/config_words.h"
#include "hv/main.h"
#include "hv/partition.h"
#include "kit/judge/machine.h"

static struct config config;

/* ---- the description
 * -------------------------------------------------------------------------------- */

/* Answers whether it was cut, as boot/multiboot.c does. */
static bool take_line(const char *text, char *line)
{
    size_t length = strlen(text);
    bool cut = length >= BOOT_LINE_MAX;

    if (cut)
        length = BOOT_LINE_MAX - 1;
    memcpy(line, text, length);
    line[length] = '\0';
    return cut;
}

static struct boot_range read_range(const char *text)
{
    const char *rest = text;
    struct boot_range range;
    struct word start, end;

    if (!config_next_word(&rest, &start) || !config_number(start, &range.start) ||
        !config_next_word(&rest, &end) || !config_number(end, &range.end))
        give_up("expected two numbers", text);
    return range;
}

static void add_range(const char *text)
{
    if (machine.info.range_count == BOOT_RANGES)
        give_up("too many ranges", text);
    machine.info.ranges[machine.info.range_count++] = read_range(text);
}

static void take_words(const char *text)
{
    unsigned count = machine.info.module_count;

    if (count == 0)
        give_up("words before the first module", text);
    if (count <= BOOT_MODULES)
        machine.info.modules[count - 1].line_cut =
            take_line(text, machine.info.modules[count - 1].line);
}

static void read_thing(char *thing)
{
    char *rest = strchr(thing, ' ');

    if (rest == NULL)
        give_up("expected more", thing);
    *rest++ = '\0';
    if (strcmp(thing, "image") == 0)
        machine.image = read_range(rest);
    else if (strcmp(thing, "range") == 0)
        add_range(rest);
    else if (strcmp(thing, "line") == 0)
        machine.info.line_cut = take_line(rest, machine.info.line);
    else if (strcmp(thing, "module") == 0)
        machine_load(rest);
    else if (strcmp(thing, "words") == 0)
        take_words(rest);
    else
        give_up("expected image, range, line, module or words", thing);
}

static void read_description(void)
{
    static char *line;
    size_t size = 0;
    ssize_t length;

    while ((length = getline(&line, &size, stdin)) > 0) {
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        read_thing(line);
    }
}

/* ---- what was made of it
 * ---------------------------------------------------------------------------- */

static void ignore(void *context, unsigned about, const char *text)
{
    (void)context, (void)about, (void)text;
}

static void print_text(const char *text)
{
    putchar('"');
    for (; *text != '\0'; text++)
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if ((uint8_t)*text < 0x20)
            printf("\\u%04x", *text);
        else
            putchar(*text);
    putchar('"');
}

/* A list's element, or an object's: the comma before it, where it is not the first. */
static void PRINTF_LIKE(2, 3) print_next(bool *any, const char *format, ...)
{
    va_list list;

    if (*any)
        putchar(',');
    *any = true;
    va_start(list, format);
    vprintf(format, list);
    va_end(list);
}

static void print_range(const char *name, struct boot_range range)
{
    printf("\"%s\":[%" PRIu64 ",%" PRIu64 "],", name, range.start, range.end);
}

static void print_vectors(const struct partition_config *partition)
{
    bool any = false;

    printf("\"vectors\":[");
    for (unsigned vector = HV_VECTOR_LINE; vector < HV_VECTORS; vector++)
        if (bit_get(partition->grants[bitmap_word(vector)], bitmap_bit(vector)))
            print_next(&any, "%u", vector);
    printf("],");
}

static void print_ports(const struct partition_config *partition)
{
    bool any = false;

    printf("\"ports\":[");
    for (unsigned i = 0; i < partition->port_count; i++)
        print_next(&any, "[%u,%u]", partition->ports[i].first, partition->ports[i].last);
    printf("],");
}

static void print_segments(const struct elf_image *image)
{
    struct elf_segment segment;
    bool any = false;

    printf("\"segments\":[");
    for (unsigned i = 0; i < elf_headers(image); i++)
        if (elf_segment(image, i, &segment))
            print_next(&any, "{\"address\":%" PRIu64 ",\"size\":%" PRIu64 ",\"access\":\"%s%s%s\"}",
                       segment.address, segment.mem_size, segment.readable ? "r" : "",
                       segment.writable ? "w" : "", segment.executable ? "x" : "");
    printf("],");
}

static void print_partition(unsigned id)
{
    static const char *const policies[] = {
        [FAULT_STOP] = "stop", [FAULT_RESTART] = "restart", [FAULT_HALT] = "halt"};
    const struct partition_config *of = &config.partitions[id];
    const struct partition *partition = &partitions[id];
    uint64_t start = (uint64_t)(partition->memory - (uint8_t *)arch_memory(0));

    printf("%s{\"name\":\"%s\",\"mem\":%" PRIu64 ",\"fault\":\"%s\",\"restarts\":%u,\"window\":%u,",
           id > 0 ? "," : "", of->name, of->mem, policies[of->fault], of->restarts, of->window);
    printf("\"system\":%s,\"console\":%s,", of->system ? "true" : "false",
           of->console ? "true" : "false");
    print_vectors(of);
    print_ports(of);
    print_segments(&partition->image);
    print_range("image", machine.info.modules[id].memory);
    print_range("memory", (struct boot_range){start, start + partition->size});
    print_range("tables", machine_tables(&partition->space, partition->size / HV_PAGE_SIZE));
    printf("\"entry\":%" PRIu64 ",\"args\":", elf_entry(&partition->image));
    print_text(of->args);
    printf("}");
}

static void print_system(void)
{
    config_read_hypervisor(&config, &machine.info, ignore, NULL);
    config_read_partitions(&config, &machine.info, ignore, NULL);
    printf("{\"hz\":%u,\"divisor\":%u,\"quantum\":%u,\"burst\":%u,\"com\":%u,\"exit\":\"%s\","
           "\"unsafe_ports\":%s,",
           config.hz, config.divisor, config.quantum, config.burst, config.com,
           config.exit_idle ? "idle" : "never", config.unsafe_ports ? "true" : "false");
    print_range("hypervisor", machine.image);
    printf("\"partitions\":[");
    for (unsigned i = 0; i < config.partition_count; i++)
        print_partition(i);
    printf("]}\n");
}

int main(void)
{
    read_description();
    machine_on();
    hv_main(&machine.info, NULL);
    print_system();
    return 0;
}
