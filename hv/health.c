/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/health.h"
#include <string.h>
#include "hv/arch.h"
#include "hv/check.h"
#include "hv/console.h"
#include "hv/format.h"
#include "hv/irq.h"
#include "hv/partition.h"
#include "hv/trace_point.h"

enum { LINE_SIZE = 192 };

static const struct config *config;

void health_init(const struct config *given)
{
    config = given;
}

const char *health_fault_name(unsigned what)
{
    /* Intel SDM volume 3, table 6-1. */
    static const char *const names[] = {
        [0] = "#DE",
        [1] = "#DB",
        [2] = "NMI",
        [3] = "#BP",
        [4] = "#OF",
        [5] = "#BR",
        [6] = "#UD",
        [7] = "#NM",
        [8] = "#DF",
        [10] = "#TS",
        [11] = "#NP",
        [12] = "#SS",
        [13] = "#GP",
        [14] = "#PF",
        [16] = "#MF",
        [17] = "#AC",
        [18] = "#MC",
        [19] = "#XM",
        [20] = "#VE",
        [21] = "#CP",
        [FAULT_BAD_FRAME] = "bad frame",
        [FAULT_BAD_STACK] = "bad stack",
    };

    return what < ARRAY_LENGTH(names) && names[what] ? names[what] : "exception";
}

void health_fault(struct vcpu *vcpu, unsigned what, uint64_t address)
{
    struct fault fault = {.what = what, .rip = vcpu->frame.rip, .address = address};

    trace_point(HV_TRACE_FAULT, what, fault.rip);
    partition_fault(vcpu->partition, &fault);
}

bool health_describe(const struct partition *partition, unsigned part, char line[HEALTH_LINE])
{
    static const char *const action[] = {
        [SEQUEL_STOP] = "stop", [SEQUEL_RESTART] = "restart", [SEQUEL_HALT] = "halt"};
    const struct fault *fault = &partition->fault;
    size_t length = part == 0 ? 0 : strlen(line);
    char *end = line + length;
    size_t size = HEALTH_LINE - length;

    if (part == 0)
        format_text(end, size, "fault %s rip=0x%lx", health_fault_name(fault->what), fault->rip);
    else if (part == 1 && fault->what == EXCEPTION_PF)
        format_text(end, size, " addr=0x%lx", fault->address);
    else if (part == 2)
        format_text(end, size, " outstanding=%lu", partition->outstanding);
    else if (part == 3)
        format_text(end, size, ", then %s", action[partition->sequel]);
    return part < 3;
}

static _Noreturn void end(uint8_t value)
{
    if (config && config->exit_idle)
        arch_exit(value);
    arch_halt();
}

/* Waits for the wire, but not for ever. */
static void put(char byte)
{
    for (unsigned polls = 0; polls < 1000000 && arch_console_room() == 0; polls++)
        ;
    if (arch_console_room() > 0)
        arch_console_put((uint8_t)byte);
}

static void put_text(const char *text)
{
    while (*text)
        put(*text++);
}

void health_say(const char *format, ...)
{
    char line[LINE_SIZE];
    va_list list;

    va_start(list, format);
    format_list(line, sizeof(line), format, list);
    va_end(list);
    put_text("\r\nBelfry: ");
    put_text(line);
}

void health_stop(void)
{
    put_text("\r\n");
    end(EXIT_FAILED);
}

void health_refuse(uint8_t value, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list list;

    va_start(list, format);
    format_list(line, sizeof(line), format, list);
    va_end(list);
    console_print("%s", line);
    console_drain();
    end(value);
}

void check_failed(const char *condition, const char *file, int line)
{
    health_say("check failed at %s:%d: %s", file, line, condition);
    if (cpu.current)
        health_say("current vCPU %u: %s", cpu.current->id, cpu.current->partition->config->name);
    arch_backtrace();
    health_stop();
}

/* Over all its lives, the one that it may be in included. */
static struct totals all_totals(const struct partition *partition)
{
    struct totals totals = partition->totals;

    for (unsigned vector = 0; vector < HV_VECTORS; vector++)
        totals_add(&totals, &VIRQ_OF(vcpu_virq(partition->vcpu), vector));
    return totals;
}

static bool has_ended(const struct partition *partition)
{
    return partition->vcpu->phase == PHASE_STOPPED || partition->sequel == SEQUEL_HALT;
}

static void say_partition(const struct partition *partition)
{
    struct totals totals = all_totals(partition);
    char how[40];

    if (!has_ended(partition))
        format_text(how, sizeof(how), "not ended");
    else if (partition->ending == ENDING_EXIT)
        format_text(how, sizeof(how), "exit code %lu", partition->exit_code);
    else if (partition->ending == ENDING_FAULT)
        format_text(how, sizeof(how), "fault %s", health_fault_name(partition->fault.what));
    else if (partition->ending == ENDING_ORDER)
        format_text(how, sizeof(how), "stopped by order");
    else
        format_text(how, sizeof(how), "no restart left");
    console_print("%s: %s, restarts %u, upcalls %lu, raised %lu, acknowledged %lu, discarded %lu",
                  partition->config->name, how, partition->restarts, totals.upcalls, totals.raised,
                  totals.acknowledged, totals.discarded);
    console_drain();
}

/* The last line: enough for who reads no other. */
static void say_totals(unsigned count, unsigned good)
{
    console_print("of %u partitions %u exited with code 0, %u did not", count, good, count - good);
    console_drain();
}

static void say_line(unsigned n)
{
    const struct line *line = irq_line_counters(n);

    console_print("line %u: raised %lu, held %lu, spurious %lu, unclaimed %lu", n, line->raised,
                  line->held_ticks, line->spurious, line->unclaimed);
    console_drain();
}

static void say_summary(const struct partition *all, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        say_partition(&all[i]);
    for (unsigned line = 0; line < HV_LINES; line++)
        if (line != HV_CASCADE_LINE)
            say_line(line);
    if (cpu.nmis > 0 || cpu.strays > 0)
        console_print("NMIs %lu, interrupts that no line sent %lu", cpu.nmis, cpu.strays);
    console_drain();
}

void health_finish(const struct partition *all, unsigned count)
{
    unsigned good = 0;

    console_drain();
    console_print("every partition has stopped");
    if (!config->exit_idle)
        return;
    for (unsigned i = 0; i < count; i++)
        good += all[i].ending == ENDING_EXIT && all[i].exit_code == 0;
    say_summary(all, count);
    say_totals(count, good);
    end(good == count ? EXIT_SUCCESS : EXIT_STOPPED);
}

void health_halt(const struct partition *partition, const struct partition *all, unsigned count)
{
    console_drain();
    console_print("halted: %s faulted and has fault=halt", partition->config->name);
    if (config->exit_idle)
        say_summary(all, count);
    console_drain();
    end(EXIT_FAILED);
}
