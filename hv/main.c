/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/main.h"
#include <stdarg.h>
#include "hv/arch.h"
#include "hv/bitmap.h"
#include "hv/config_words.h"
#include "hv/console.h"
#include "hv/format.h"
#include "hv/health.h"
#include "hv/input.h"
#include "hv/irq.h"
#include "hv/memory.h"
#include "hv/partition.h"

#define PARTIAL_LINES_PER_SECOND 20 /* a partial line waits 50 ms */

static struct config config;
static struct memory memory;
static unsigned errors;
static uint64_t wrong; /* set of partitions whose line or image has an error */

/* An error of the configuration: its line, at once. */
static void PRINTF_LIKE(2, 3) say_error(unsigned about, const char *format, ...)
{
    char text[256];
    va_list list;

    va_start(list, format);
    format_list(text, sizeof(text), format, list);
    va_end(list);
    errors++;
    if (about < CONFIG_PARTITIONS)
        wrong = bit_set(wrong, about);
    console_print("error: %s", text);
    console_drain();
}

static void take_error(void *context, unsigned about, const char *text)
{
    (void)context;
    say_error(about, "%s", text);
}

static void ignore_error(void *context, unsigned about, const char *text)
{
    (void)context, (void)about, (void)text;
}

/* The hypervisor's own line names the console's port: it is read once for that, and once more to
 * say what is wrong with it. */
static void open_console(const struct boot_info *info)
{
    console_init();
    config_read_hypervisor(&config, info, ignore_error, NULL);
    console_pace(config.hz / PARTIAL_LINES_PER_SECOND);
    health_init(&config);
    arch_console_open(config.com);
}

static void say_banner(void)
{
    console_print("version %s, %lu MiB of memory, %s", BELFRY_VERSION, memory_free(&memory) >> 20,
                  arch_features());
    if (config.unsafe_ports)
        console_print("unsafe-ports: ports that break separation may be granted");
    console_drain();
}

static void refuse_to_start(void)
{
    health_refuse(EXIT_CONFIG, "%u error%s in the configuration: not started", errors,
                  errors == 1 ? "" : "s");
}

static void take_memory(const struct boot_info *info)
{
    memory_init(&memory, info);
    for (unsigned i = 0; i < info->module_count && i < BOOT_MODULES; i++)
        memory_reserve(&memory, info->modules[i].memory.start, info->modules[i].memory.end);
    arch_memory_init(&memory);
}

/* Where the line is wrong `mem` may be, so that an image is held against the largest. */
static void check_image(unsigned id, const struct boot_range *module)
{
    const struct partition_config *partition = &config.partitions[id];
    const struct elf_image image = {arch_memory(module->start), module->end - module->start};
    uint64_t mem = bit_get(wrong, id) ? HV_MEM_MAX : partition->mem;
    const struct elf_bounds bounds = {HV_MEM_BASE,
                                      HV_MEM_BASE + mem - HV_STACK_SIZE - HV_PAGE_SIZE};
    struct elf_error error;
    char who[CONFIG_WHO_SIZE];

    if (elf_check(&image, &bounds, &error))
        return;
    config_who(&config, id, who);
    say_error(id, "%s: image: %s is 0x%lx: expected %s", who, error.what, error.found,
              error.expected);
}

static void create_partition(unsigned id, const struct boot_range *module)
{
    const struct partition_config *partition = &config.partitions[id];
    const char *missing = partition_create(id, partition, module, &memory);
    const char *unit = "KMG";
    uint64_t mem = partition->mem >> 10;

    if (!missing)
        return;
    /* In the largest unit that divides it: most likely the word as it was given. */
    for (; mem % 1024 == 0 && unit[1] != '\0'; mem /= 1024)
        unit++;
    say_error(id, "partition \"%s\": mem=%lu%c: no %s left, expected at most %luK with its tables",
              partition->name, mem, *unit, missing, memory_largest(&memory) >> 10);
}

static void create_partitions(const struct boot_info *info)
{
    for (unsigned i = 0; i < config.partition_count; i++) {
        check_image(i, &info->modules[i].memory);
        if (!bit_get(wrong, i))
            create_partition(i, &info->modules[i].memory);
    }
}

struct text {
    char bytes[160];
    size_t length; /* as long as the whole would be: what does not fit is cut */
};

static void PRINTF_LIKE(2, 3) append(struct text *text, const char *format, ...)
{
    va_list list;

    if (text->length >= sizeof(text->bytes))
        return;
    va_start(list, format);
    text->length += (size_t)format_list(text->bytes + text->length,
                                        sizeof(text->bytes) - text->length, format, list);
    va_end(list);
}

static void append_vectors(struct text *text, const uint64_t grants[BITMAP_WORDS])
{
    for (unsigned vector = HV_VECTOR_LINE; vector < HV_VECTORS; vector++) {
        if (!bit_get(grants[bitmap_word(vector)], bitmap_bit(vector)))
            continue;
        if (vector < HV_VECTOR_VIRTUAL)
            append(text, ", line %u", vector - HV_VECTOR_LINE);
        else
            append(text, ", vector %u", vector);
    }
}

static void say_partition(const struct partition_config *partition)
{
    static const char *const policy[] = {
        [FAULT_STOP] = "stop", [FAULT_RESTART] = "restart", [FAULT_HALT] = "halt"};
    struct text text = {.length = 0};

    append(&text, "%s: mem %luK, fault %s", partition->name, partition->mem >> 10,
           policy[partition->fault]);
    if (partition->fault == FAULT_RESTART)
        append(&text, " (at most %u)", partition->restarts);
    if (partition->window)
        append(&text, ", window %u", partition->window);
    append_vectors(&text, partition->grants);
    append(&text, "%s%s", partition->system ? ", system" : "",
           partition->console ? ", console" : "");
    for (unsigned i = 0; i < partition->port_count; i++)
        append(&text, ", ports 0x%x-0x%x", partition->ports[i].first, partition->ports[i].last);
    console_print("%s%s", text.bytes, text.length >= sizeof(text.bytes) ? "..." : "");
    console_drain();
}

static void start_time(void)
{
    struct partition_facts facts = {.tsc_hz = arch_tsc_hz(), .tick_divisor = config.divisor};

    if (facts.tsc_hz == 0)
        health_refuse(EXIT_FAILED, "the 8254 timer does not count: expected channel 0 to run "
                                   "at 1193182 Hz");
    partition_ready(config.partition_count, &facts);
}

void hv_main(const struct boot_info *info, const char *problem)
{
    open_console(info);
    if (problem)
        health_refuse(EXIT_CONFIG, "multiboot information: %s", problem);
    take_memory(info);
    say_banner();
    config_read_hypervisor(&config, info, take_error, NULL);
    config_read_partitions(&config, info, take_error, NULL);
    irq_init(arch_level_lines(), config.burst);
    schedule_init(&schedule, config.quantum);
    create_partitions(info);
    if (errors > 0)
        refuse_to_start();
    for (unsigned i = 0; i < config.partition_count; i++)
        say_partition(&config.partitions[i]);
    start_time();
    if (input_init(&config))
        irq_open_input();
    arch_timer_start((uint16_t)config.divisor);
}
