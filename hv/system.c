/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each call is bounded, and changes nothing that is not the guest's whom it is about: what it
 * starts goes on in that one's time. The order of the checks is ENOSYS, EINVAL, ENOENT, EBUSY,
 * EFAULT.
 */
#include "hv/system.h"
#include <string.h>
#include "hv/arch.h"
#include "hv/bitmap.h"
#include "hv/console.h"
#include "hv/irq.h"
#include "hv/partition.h"
#include "hv/trace.h"

_Static_assert(VCPU_LOADING == HV_STATE_LOADING && VCPU_READY == HV_STATE_READY &&
                   VCPU_RUNNING == HV_STATE_RUNNING && VCPU_WAITING == HV_STATE_WAITING &&
                   VCPU_STOPPED == HV_STATE_STOPPED,
               "a vCPU's states are the guests' too");
_Static_assert(CONFIG_NAME_SIZE == HV_NAME_SIZE, "a name as guests see it");

static bool may_call(void)
{
    return cpu.current->partition->config->system;
}

static int64_t put(uint64_t address, uint64_t size, const void *fields, uint64_t length)
{
    return partition_put(cpu.current->partition, address, size, fields, length);
}

/* 0 and the partition of that number, or why there is none. */
static int64_t find(uint64_t id, struct partition **found)
{
    if (!may_call())
        return HV_ENOSYS;
    if (id >= CONFIG_PARTITIONS)
        return HV_EINVAL;
    *found = &partitions[id];
    return (*found)->config ? 0 : HV_ENOENT;
}

static uint64_t count_partitions(void)
{
    uint64_t count = 0;

    while (count < CONFIG_PARTITIONS && partitions[count].config)
        count++;
    return count;
}

static uint64_t frame_ticks(void)
{
    uint64_t ticks = 0;

    for (unsigned i = 0; i < schedule.window_count; i++)
        ticks += schedule.window[i].ticks;
    return ticks;
}

int64_t system_info_call(uint64_t address, uint64_t size, uint64_t third)
{
    (void)third;
    if (!may_call())
        return HV_ENOSYS;
    const struct hv_system_info info = {
        .partitions = count_partitions(),
        .ticks = irq_now(),
        .idle = schedule.ticks[VCPU_NONE],
        .frame = frame_ticks(),
        .nmis = cpu.nmis,
        .strays = cpu.strays,
        .traced = trace_made(),
        .overwritten = trace_overwritten(),
        .tracing = trace.on,
    };
    return put(address, size, &info, sizeof(info));
}

int64_t system_partition_call(uint64_t id, uint64_t address, uint64_t size)
{
    struct partition *partition;
    int64_t status = find(id, &partition);

    if (status < 0)
        return status;
    irq_look_next(); /* the caller's own ticks may be only counted yet */
    struct hv_partition_info info = {
        .state = vcpu_state(partition->vcpu),
        .restarts = partition->restarts,
        .mem = partition->config->mem,
        .ticks = schedule.ticks[id],
        .window = partition->config->window,
        .overruns = schedule.overruns[id],
    };
    memcpy(info.name, partition->config->name, sizeof(info.name));
    return put(address, size, &info, sizeof(info));
}

static uint64_t vector_state(const struct partition *partition, unsigned vector)
{
    struct virq *virq = vcpu_virq(partition->vcpu);
    const struct virq_vector *of = &VIRQ_OF(virq, vector);

    return (partition_granted(partition, vector) ? HV_VECTOR_IS_GRANTED : 0u) |
           (virq_is_registered(virq, vector) ? HV_VECTOR_IS_REGISTERED : 0u) |
           (of->masked ? HV_VECTOR_IS_MASKED : 0u) |
           (of->in_service ? HV_VECTOR_IS_IN_SERVICE : 0u) |
           (virq_outstanding(virq, vector) > 0 && !of->in_service ? HV_VECTOR_IS_PENDING : 0u);
}

/* `which`: the partition's number, and in the lowest eight bits the vector. */
int64_t system_vector_call(uint64_t which, uint64_t address, uint64_t size)
{
    unsigned vector = which % HV_VECTORS;
    struct partition *partition;
    int64_t status = find(which / HV_VECTORS, &partition);

    if (status == HV_ENOSYS)
        return status;
    if (!irq_in_domain(vector))
        return HV_EINVAL;
    if (status < 0)
        return status;
    const struct hv_vector_info info = {
        .state = vector_state(partition, vector),
        .stats = irq_stats(partition->vcpu, vector),
    };
    return put(address, size, &info, sizeof(info));
}

static uint64_t line_owners(unsigned line)
{
    uint64_t owners = 0;

    for (unsigned id = 0; id < CONFIG_PARTITIONS && partitions[id].config; id++)
        if (partition_granted(&partitions[id], HV_VECTOR_LINE + line))
            owners = bit_set(owners, id);
    return owners;
}

int64_t system_line_call(uint64_t number, uint64_t address, uint64_t size)
{
    unsigned line = number % HV_LINES;

    if (!may_call())
        return HV_ENOSYS;
    if (number >= HV_LINES)
        return HV_EINVAL;
    const struct line *counters = irq_line_counters(line);
    const struct hv_line_info info = {
        .state = irq_line_state(line),
        .owners = line_owners(line),
        .raised = counters->raised,
        .held = counters->held_ticks,
        .spurious = counters->spurious,
        .unclaimed = counters->unclaimed,
    };
    return put(address, size, &info, sizeof(info));
}

static int64_t order(uint64_t id, int64_t (*give)(struct partition *))
{
    struct partition *partition;
    int64_t status = find(id, &partition);

    return status < 0 ? status : give(partition);
}

int64_t system_stop_call(uint64_t id, uint64_t second, uint64_t third)
{
    (void)second, (void)third;
    return order(id, partition_order_stop);
}

int64_t system_start_call(uint64_t id, uint64_t second, uint64_t third)
{
    (void)second, (void)third;
    return order(id, partition_order_start);
}

int64_t system_restart_call(uint64_t id, uint64_t second, uint64_t third)
{
    (void)second, (void)third;
    return order(id, partition_order_restart);
}

int64_t system_reboot_call(uint64_t first, uint64_t second, uint64_t third)
{
    (void)first, (void)second, (void)third;
    if (!may_call())
        return HV_ENOSYS;
    console_print("%s reboots the machine", cpu.current->partition->config->name);
    console_drain();
    arch_reset();
}

static int64_t read_trace(uint64_t address, uint64_t size)
{
    uint64_t count = size / sizeof(struct hv_trace_record);

    if (count > TRACE_READ)
        count = TRACE_READ;
    if (count > trace_unread())
        count = trace_unread();
    if (count == 0)
        return 0;
    size = count * sizeof(struct hv_trace_record);
    void *records = partition_memory(cpu.current->partition, address, size, PAGE_WRITE);
    if (!records)
        return HV_EFAULT;
    trace_read(records, (unsigned)count);
    return (int64_t)size;
}

int64_t system_trace_call(uint64_t what, uint64_t address, uint64_t size)
{
    if (!may_call())
        return HV_ENOSYS;
    switch (what) {
    case HV_TRACE_OFF:
    case HV_TRACE_ON:
        trace_switch(what == HV_TRACE_ON);
        return 0;
    case HV_TRACE_READ:
        return read_trace(address, size);
    default:
        return HV_EINVAL;
    }
}
