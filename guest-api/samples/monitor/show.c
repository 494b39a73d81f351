/* SPDX-License-Identifier: BSD-2-Clause */
#include "belfry/hv.h"
#include "monitor.h"

struct hv_system_info system_info(void)
{
    struct hv_system_info info = {0};

    hv_call_system_info(&info, sizeof(info));
    return info;
}

struct hv_partition_info partition_info(uint64_t id)
{
    struct hv_partition_info info = {.name = "?"};

    hv_call_system_partition(id, &info, sizeof(info));
    return info;
}

uint64_t count_partitions(void)
{
    return system_info().partitions;
}

uint64_t find_partition(const char *name)
{
    for (uint64_t id = 0; id < count_partitions(); id++)
        if (strcmp(partition_info(id).name, name) == 0)
            return id;
    return PARTITIONS;
}

static const char *state_name(uint64_t state)
{
    static const char *const names[] = {[HV_STATE_LOADING] = "loading",
                                        [HV_STATE_READY] = "ready",
                                        [HV_STATE_RUNNING] = "running",
                                        [HV_STATE_WAITING] = "waiting",
                                        [HV_STATE_STOPPED] = "stopped"};

    return state >= HV_STATE_LOADING && state <= HV_STATE_STOPPED ? names[state] : "?";
}

/* Tenths of a percent. */
static uint64_t share(uint64_t part, uint64_t whole)
{
    return whole ? 1000 * part / whole : 0;
}

/* Ticks pass between one question and the next, so that the whole is what the parts come to: the
 * ticks of each since the last look, and those of nobody. */
void show_partitions(void)
{
    static struct hv_partition_info info[PARTITIONS];
    static uint64_t ran_before[PARTITIONS], idle_before;
    struct hv_system_info system = system_info();
    uint64_t idle = system.idle - idle_before, whole = idle;

    for (uint64_t id = 0; id < system.partitions; id++) {
        info[id] = partition_info(id);
        whole += info[id].ticks - ran_before[id];
    }
    hv_printf("%-15s %-8s %8s %10s %7s\n", "", "state", "restarts", "memory", "CPU");
    for (uint64_t id = 0; id < system.partitions; id++) {
        uint64_t part = share(info[id].ticks - ran_before[id], whole);
        hv_printf("%-15s %-8s %8lu %9luK %4lu.%lu%%\n", info[id].name, state_name(info[id].state),
                  info[id].restarts, info[id].mem >> 10, part / 10, part % 10);
        ran_before[id] = info[id].ticks;
    }
    idle = share(idle, whole);
    hv_printf("%-15s %35s %4lu.%lu%%\n", "nobody", "", idle / 10, idle % 10);
    idle_before = system.idle;
}

/* How much of what its windows came to since the last look each has used. */
void show_windows(void)
{
    static uint64_t ran_before[PARTITIONS], ticks_before;
    struct hv_system_info system = system_info();
    uint64_t ticks = system.ticks - ticks_before;

    if (system.frame == 0) {
        hv_printf("no cyclic frame: round robin\n");
        return;
    }
    hv_printf("%-15s %10s %7s %9s   of a frame of %lu ticks\n", "", "ticks", "used", "overruns",
              system.frame);
    for (uint64_t id = 0; id < system.partitions; id++) {
        struct hv_partition_info info = partition_info(id);
        uint64_t used = share(info.ticks - ran_before[id], ticks * info.window / system.frame);
        ran_before[id] = info.ticks;
        if (info.window)
            hv_printf("%-15s %10lu %4lu.%lu%% %9lu\n", info.name, info.window, used / 10, used % 10,
                      info.overruns);
    }
    ticks_before = system.ticks;
}

/* A letter for each bit that is set. */
static void write_bits(char *text, uint64_t state, const char *letters)
{
    for (; *letters; letters++, state >>= 1)
        memcpy(text++, state & 1 ? letters : "-", 1);
    *text = '\0';
}

void show_vectors(uint64_t id)
{
    char bits[8];

    for (uint64_t vector = HV_VECTOR_LINE; vector < HV_VECTORS; vector++) {
        struct hv_vector_info info = {0};
        if (hv_call_system_vector(id, vector, &info, sizeof(info)) < 0 || info.state == 0)
            continue;
        write_bits(bits, info.state, "grmsp");
        hv_printf("%-15s vector %3lu %s raised %lu acknowledged %lu discarded %lu outstanding %lu "
                  "upcalls %lu held %lu\n",
                  partition_info(id).name, vector, bits, info.stats.raised, info.stats.acknowledged,
                  info.stats.discarded, info.stats.outstanding, info.stats.upcalls,
                  info.stats.held);
    }
}

/* The owner's name, until it is asked for again; or how many they are. */
static const char *owner_name(uint64_t owners)
{
    static struct hv_partition_info owner;

    if (owners == 0)
        return "nobody";
    if ((owners & (owners - 1)) != 0)
        return "several";
    owner = partition_info((uint64_t)__builtin_ctzll(owners));
    return owner.name;
}

void show_lines(void)
{
    char bits[8];

    for (uint64_t line = 0; line < HV_LINES; line++) {
        struct hv_line_info info = {0};
        hv_call_system_line(line, &info, sizeof(info));
        if (!info.owners && !info.raised && !info.spurious)
            continue;
        write_bits(bits, info.state, "orhwl");
        hv_printf("%-15s line %5lu %s raised %lu held %lu spurious %lu unclaimed %lu\n",
                  owner_name(info.owners), line, bits, info.raised, info.held, info.spurious,
                  info.unclaimed);
    }
}
