/* SPDX-License-Identifier: BSD-2-Clause */
#include "belfry/hv.h"
#include "monitor.h"

struct command {
    const char *name;
    const char *argument; /* what follows it; in brackets: what may; "": nothing does */
    void (*obey)(const char *argument);
    const char *help;
};

void say_status(const char *name, int64_t status, const char *refused)
{
    hv_printf("%s: %s\n", name, status < 0 ? refused : "done");
}

/* The partition's number; where there is none of that name it says so and answers PARTITIONS. */
static uint64_t named(const char *name)
{
    uint64_t id = find_partition(name);

    if (id == PARTITIONS)
        hv_printf("%s: no partition is called so\n", name);
    return id;
}

static void partitions(const char *argument)
{
    (void)argument;
    show_partitions();
}

static void windows(const char *argument)
{
    (void)argument;
    show_windows();
}

static void irqs(const char *name)
{
    uint64_t id = *name ? named(name) : PARTITIONS;

    if (*name && id < PARTITIONS) {
        show_vectors(id);
    } else if (!*name) {
        for (id = 0; id < count_partitions(); id++)
            show_vectors(id);
        show_lines();
    }
}

static void stop(const char *name)
{
    uint64_t id = named(name);

    if (id < PARTITIONS)
        say_status(name, hv_call_system_stop(id), "its fault halts the machine");
}

static void start(const char *name)
{
    uint64_t id = named(name);

    if (id < PARTITIONS)
        say_status(name, hv_call_system_start(id), "it has not stopped");
}

static void restart(const char *name)
{
    uint64_t id = named(name);

    if (id < PARTITIONS)
        say_status(name, hv_call_system_restart(id), "its fault halts the machine");
}

static void reboot(const char *argument)
{
    (void)argument;
    hv_call_system_reboot();
}

static void help(const char *argument);

static const struct command commands[] = {
    {"partitions", "", partitions, "what each does, its restarts, its share of the CPU"},
    {"irqs", "[NAME]", irqs, "each vector's bits and counters, of NAME or of all; the lines"},
    {"windows", "", windows, "how much of its windows each has used"},
    {"stop", "NAME", stop, "ends a partition"},
    {"start", "NAME", start, "loads one afresh that has stopped"},
    {"restart", "NAME", restart, "loads one afresh, whatever it does"},
    {"reboot", "", reboot, "starts the machine afresh"},
    {"trace", "[on|off|dump]", trace,
     "on, off; dump: off, and what was recorded, for `belfry trace`"},
    {"help", "", help, "this"},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void help(const char *argument)
{
    (void)argument;
    for (size_t i = 0; i < COMMANDS; i++) {
        hv_printf("%-10s %-13s %s\n", commands[i].name, commands[i].argument, commands[i].help);
    }
}

/* Cuts the first word off: what follows it, and the spaces. */
static char *split(char *line)
{
    while (*line && *line != ' ')
        line++;
    while (*line == ' ')
        *line++ = '\0';
    return line;
}

static void run(const struct command *command, const char *argument)
{
    char expected = *command->argument;

    if (!expected && *argument)
        hv_printf("%s: expected nothing after it\n", command->name);
    else if (expected && expected != '[' && !*argument)
        hv_printf("%s: expected %s after it\n", command->name, command->argument);
    else
        command->obey(argument);
}

void obey(char *line)
{
    while (*line == ' ')
        line++;
    char *argument = split(line);
    split(argument);
    if (!*line)
        return;
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, line) == 0) {
            run(&commands[i], argument);
            return;
        }
    }
    hv_printf("%s: no command; help says which there are\n", line);
}
