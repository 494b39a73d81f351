/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls, but for those of system partitions (system.c), and the table of all. Each handler
 * checks first, in the order EINVAL, EPERM, EBUSY / ENOENT, ERANGE, EFAULT, and then commits.
 */
#include "hv/hypercall.h"
#include "hv/arch.h"
#include "hv/console.h"
#include "hv/input.h"
#include "hv/irq.h"
#include "hv/partition.h"
#include "hv/system.h"
#include "hv/trace_point.h"
#include "hv/upcall.h"

static int64_t version(uint64_t first, uint64_t second, uint64_t third)
{
    (void)first, (void)second, (void)third;
    return cpu.current->abi_version;
}

static int64_t console_write_call(uint64_t address, uint64_t length, uint64_t third)
{
    struct vcpu *vcpu = cpu.current;

    (void)third;
    if (length > HV_CONSOLE_MAX)
        return HV_EINVAL;
    if (length == 0)
        return 0;
    const uint8_t *text = partition_memory(vcpu->partition, address, length, PAGE_READ);
    if (!text)
        return HV_EFAULT;
    unsigned room = console_room(vcpu->partition->id);
    unsigned taken = length < room ? (unsigned)length : room;
    irq_look_next();
    console_write(vcpu->partition->id, text, taken);
    cpu.attention |= ATTEND_CONSOLE;
    return taken;
}

static int64_t console_read_call(uint64_t address, uint64_t length, uint64_t third)
{
    struct partition *partition = cpu.current->partition;

    (void)third;
    if (!partition->config->console)
        return HV_ENOSYS;
    if (length > HV_CONSOLE_MAX)
        return HV_EINVAL;
    if (length == 0)
        return 0;
    uint8_t *there = partition_memory(partition, address, length, PAGE_WRITE);
    return there ? (int64_t)input_read(partition->id, there, (unsigned)length) : HV_EFAULT;
}

static int64_t vcpu_yield_call(uint64_t first, uint64_t second, uint64_t third)
{
    (void)first, (void)second, (void)third;
    vcpu_yield(cpu.current);
    if (console_unshown()) /* it may have yielded for want of room there */
        cpu.attention |= ATTEND_CONSOLE;
    return 0;
}

static int64_t vcpu_wait_call(uint64_t first, uint64_t second, uint64_t third)
{
    const struct virq *virq = vcpu_virq(cpu.current);

    (void)first, (void)second, (void)third;
    if (!(virq->registered[0] | virq->registered[1] | virq->registered[2] | virq->registered[3]))
        return HV_ENOENT;
    vcpu_wait(cpu.current);
    return 0;
}

static int64_t partition_exit_call(uint64_t code, uint64_t second, uint64_t third)
{
    (void)second, (void)third;
    partition_exit(cpu.current->partition, code);
    return 0;
}

static int64_t partition_restart_call(uint64_t first, uint64_t second, uint64_t third)
{
    (void)first, (void)second, (void)third;
    partition_restart(cpu.current->partition);
    return 0;
}

/* Why a call on a vector that is not granted, or not registered, is refused. What is granted or
 * registered lies in the domain, so that only who is refused is asked for it. */
static int64_t refusal(uint64_t vector, int64_t status)
{
    return irq_in_domain(vector) ? status : HV_EINVAL;
}

static bool is_registered(uint64_t vector)
{
    return vector < HV_VECTORS && virq_is_registered(vcpu_virq(cpu.current), (unsigned)vector);
}

static int64_t irq_register_call(uint64_t vector, uint64_t entry, uint64_t third)
{
    struct partition *partition = cpu.current->partition;

    (void)third;
    if (vector >= HV_VECTORS || !partition_may(partition, entry, PAGE_EXECUTE))
        return HV_EINVAL;
    if (!partition_granted(partition, (unsigned)vector))
        return refusal(vector, HV_EPERM);
    return irq_register(cpu.current, (unsigned)vector, entry);
}

static int64_t irq_unregister_call(uint64_t vector, uint64_t second, uint64_t third)
{
    (void)second, (void)third;
    return irq_in_domain(vector) ? irq_unregister(cpu.current, (unsigned)vector) : HV_EINVAL;
}

static int64_t irq_ack_call(uint64_t vector, uint64_t count, uint64_t third)
{
    (void)third;
    if (!is_registered(vector))
        return refusal(vector, HV_ENOENT);
    return irq_acknowledge(cpu.current, (unsigned)vector, count);
}

static int64_t irq_return_call(uint64_t first, uint64_t second, uint64_t third)
{
    (void)first, (void)second, (void)third;
    return (int64_t)upcall_return();
}

static int64_t set_mask(uint64_t vector, int64_t (*change)(struct virq *, unsigned))
{
    if (!is_registered(vector))
        return refusal(vector, HV_ENOENT);
    int64_t status = change(vcpu_virq(cpu.current), (unsigned)vector);
    vcpu_refresh(cpu.current);
    return status;
}

static int64_t irq_mask_call(uint64_t vector, uint64_t second, uint64_t third)
{
    (void)second, (void)third;
    return set_mask(vector, virq_mask);
}

static int64_t irq_unmask_call(uint64_t vector, uint64_t second, uint64_t third)
{
    (void)second, (void)third;
    return set_mask(vector, virq_unmask);
}

static int64_t irq_raise_call(uint64_t vector, uint64_t target, uint64_t third)
{
    (void)third;
    if (vector < HV_VECTOR_VIRTUAL || vector >= HV_VECTORS || target != 0)
        return HV_EINVAL;
    if (!partition_granted(cpu.current->partition, (unsigned)vector))
        return refusal(vector, HV_EPERM);
    return irq_raise(cpu.current, (unsigned)vector);
}

static int64_t irq_stats_call(uint64_t vector, uint64_t address, uint64_t size)
{
    struct vcpu *vcpu = cpu.current;

    if (!irq_in_domain(vector))
        return HV_EINVAL;
    struct hv_irq_stats stats = irq_stats(vcpu, (unsigned)vector);
    return partition_put(vcpu->partition, address, size, &stats, sizeof(stats));
}

static int64_t irq_poll_call(uint64_t first, uint64_t second, uint64_t third)
{
    (void)first, (void)second, (void)third;
    return 0;
}

static int64_t no_such_call(uint64_t first, uint64_t second, uint64_t third)
{
    (void)first, (void)second, (void)third;
    return HV_ENOSYS;
}

/* The way in calls these without a look: there is no gap without a function. */
hypercall *const hypercalls[HYPERCALLS] = {
    [HV_CALL_VERSION] = version,
    [HV_CALL_CONSOLE_WRITE] = console_write_call,
    [HV_CALL_CONSOLE_READ] = console_read_call,
    [HV_CALL_CONSOLE_READ + 1 ... HV_CALL_VCPU_YIELD - 1] = no_such_call,
    [HV_CALL_VCPU_YIELD] = vcpu_yield_call,
    [HV_CALL_VCPU_WAIT] = vcpu_wait_call,
    [HV_CALL_PARTITION_EXIT] = partition_exit_call,
    [HV_CALL_PARTITION_RESTART] = partition_restart_call,
    [HV_CALL_PARTITION_RESTART + 1 ... HV_CALL_IRQ_REGISTER - 1] = no_such_call,
    [HV_CALL_IRQ_REGISTER] = irq_register_call,
    [HV_CALL_IRQ_UNREGISTER] = irq_unregister_call,
    [HV_CALL_IRQ_ACK] = irq_ack_call,
    [HV_CALL_IRQ_RETURN] = irq_return_call,
    [HV_CALL_IRQ_MASK] = irq_mask_call,
    [HV_CALL_IRQ_UNMASK] = irq_unmask_call,
    [HV_CALL_IRQ_RAISE] = irq_raise_call,
    [HV_CALL_IRQ_STATS] = irq_stats_call,
    [HV_CALL_IRQ_POLL] = irq_poll_call,
    [HV_CALL_IRQ_POLL + 1 ... HV_CALL_SYSTEM_INFO - 1] = no_such_call,
    [HV_CALL_SYSTEM_INFO] = system_info_call,
    [HV_CALL_SYSTEM_PARTITION] = system_partition_call,
    [HV_CALL_SYSTEM_VECTOR] = system_vector_call,
    [HV_CALL_SYSTEM_LINE] = system_line_call,
    [HV_CALL_SYSTEM_STOP] = system_stop_call,
    [HV_CALL_SYSTEM_START] = system_start_call,
    [HV_CALL_SYSTEM_RESTART] = system_restart_call,
    [HV_CALL_SYSTEM_REBOOT] = system_reboot_call,
    [HV_CALL_SYSTEM_TRACE] = system_trace_call,
};

int64_t irq_ack_traced_call(uint64_t vector, uint64_t count, uint64_t third)
{
    int64_t status = irq_ack_call(vector, count, third);

    if (status >= 0)
        trace_point(HV_TRACE_ACK, vector, count);
    return status;
}
