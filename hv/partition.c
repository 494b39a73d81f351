/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/partition.h"
#include <string.h>
#include "hv/bitmap.h"
#include "hv/console.h"
#include "hv/memory.h"

struct partition partitions[CONFIG_PARTITIONS];

bool partition_granted(const struct partition *partition, unsigned vector)
{
    return bit_get(partition->config->grants[bitmap_word(vector)], bitmap_bit(vector));
}

void *partition_memory(const struct partition *partition, uint64_t address, uint64_t length,
                       unsigned access)
{
    uint64_t offset = address - PARTITION_BASE;

    if (offset >= partition->size || length > partition->size - offset)
        return NULL;
    for (uint64_t page = offset / HV_PAGE_SIZE; page <= (offset + length - 1) / HV_PAGE_SIZE;
         page++)
        if ((arch_page_get(&partition->space, page) & access) != access)
            return NULL;
    return partition->memory + offset;
}

int64_t partition_put(const struct partition *partition, uint64_t address, uint64_t size,
                      const void *fields, uint64_t length)
{
    uint64_t written = size < length ? size & ~UINT64_C(7) : length;

    if (written == 0)
        return 0;
    void *there = partition_memory(partition, address, written, PAGE_WRITE);
    if (!there)
        return HV_EFAULT;
    memcpy(there, fields, written);
    return (int64_t)written;
}

static uint64_t page_of(uint64_t address)
{
    return (address - PARTITION_BASE) / HV_PAGE_SIZE;
}

/* A segment has its own permissions; those of segments that share a page are united. Segments come
 * in ascending order, so only `*last`, the last page of those before, can be shared. */
static void set_segment(struct arch_space *space, const struct elf_segment *segment, uint64_t *last)
{
    unsigned access = (segment->readable ? PAGE_READ : 0u) | (segment->writable ? PAGE_WRITE : 0u) |
                      (segment->executable ? PAGE_EXECUTE : 0u);
    uint64_t end = page_of(segment->address + segment->mem_size - 1);

    for (uint64_t page = page_of(segment->address); page <= end; page++)
        arch_page_set(space, page, page == *last ? access | arch_page_get(space, page) : access);
    *last = end;
}

/* Sets what the guest may do with each page: its segments as they say, the guard page nothing, all
 * else read and write. */
static void set_pages(struct partition *partition)
{
    uint64_t pages = partition->size / HV_PAGE_SIZE;
    uint64_t last = 0;
    struct elf_segment segment;

    for (uint64_t page = 0; page < pages; page++)
        arch_page_set(&partition->space, page, PAGE_READ | PAGE_WRITE);
    for (unsigned i = 0; i < elf_headers(&partition->image); i++)
        if (elf_segment(&partition->image, i, &segment))
            set_segment(&partition->space, &segment, &last);
    arch_page_set(&partition->space, pages - HV_STACK_SIZE / HV_PAGE_SIZE - 1, 0);
}

static bool allow_ports(struct partition *partition, struct memory *memory)
{
    const struct partition_config *config = partition->config;

    for (unsigned i = 0; i < config->port_count; i++)
        if (!arch_ports_allow(&partition->space, memory, config->ports[i].first,
                              config->ports[i].last))
            return false;
    return true;
}

const char *partition_create(unsigned id, const struct partition_config *config,
                             const struct boot_range *module, struct memory *memory)
{
    struct partition *partition = &partitions[id];
    uint64_t size = config->mem + HV_PAGE_SIZE;
    uint64_t physical = memory_take(memory, size, HV_PAGE_SIZE);

    if (physical == 0)
        return "memory";
    *partition = (struct partition){
        .config = config,
        .id = id,
        .vcpu = &vcpus[id],
        .memory = arch_memory(physical),
        .size = size,
        .image = {.bytes = arch_memory(module->start), .size = module->end - module->start},
        .work = WORK_CLEAR,
    };
    if (!arch_space_create(&partition->space, memory, physical, size / HV_PAGE_SIZE))
        return "memory for page tables";
    if (!allow_ports(partition, memory))
        return "memory for I/O bitmaps";
    set_pages(partition);
    partition->vcpu->page = (struct hv_vcpu_page *)partition->memory;
    console_name(id, config->name);
    vcpu_create(partition->vcpu, id, partition, config->window);
    partition->vcpu->abi_version =
        config->system || config->console ? HV_ABI_VERSION_SYSTEM : HV_ABI_VERSION;
    return NULL;
}

void totals_add(struct totals *totals, const struct virq_vector *of)
{
    totals->upcalls += of->upcalls;
    totals->raised += of->raised;
    totals->acknowledged += of->acknowledged;
    totals->discarded += of->discarded;
}

static void end_life(struct partition *partition, enum ending ending, enum sequel sequel)
{
    partition->ending = ending;
    partition->sequel = sequel;
    partition->work = WORK_COLLECT;
    partition->position = 0;
    partition->outstanding = 0;
    vcpu_unload(partition->vcpu);
}

static enum sequel restart_or_stop(const struct partition *partition)
{
    return partition->restarts - partition->forgiven < partition->config->restarts ? SEQUEL_RESTART
                                                                                   : SEQUEL_STOP;
}

void partition_exit(struct partition *partition, uint64_t code)
{
    partition->exit_code = code;
    end_life(partition, ENDING_EXIT, SEQUEL_STOP);
}

void partition_restart(struct partition *partition)
{
    end_life(partition, ENDING_RESTART, restart_or_stop(partition));
}

void partition_fault(struct partition *partition, const struct fault *fault)
{
    enum sequel sequel = SEQUEL_STOP;

    if (partition->config->fault == FAULT_HALT)
        sequel = SEQUEL_HALT;
    else if (partition->config->fault == FAULT_RESTART)
        sequel = restart_or_stop(partition);
    partition->fault = *fault;
    end_life(partition, ENDING_FAULT, sequel);
}

/* The life before is still taken to pieces: what follows it can be chosen yet. */
static bool is_ending(const struct partition *partition)
{
    return partition->vcpu->phase == PHASE_LOADING && partition->work <= WORK_REPORT;
}

/* What the partition itself, or its fault, had begun goes on to what was ordered. */
static void follow_order(struct partition *partition, enum sequel sequel)
{
    partition->sequel = sequel;
    if (partition->ending == ENDING_RESTART)
        partition->ending = ENDING_ORDER;
    if (partition->work == WORK_REPORT) { /* its line says what was to follow */
        partition->work = WORK_DESCRIBE;
        partition->position = 0;
    }
}

static int64_t order(struct partition *partition, enum sequel sequel)
{
    if (!is_ending(partition))
        end_life(partition, ENDING_ORDER, sequel);
    else if (partition->sequel == SEQUEL_HALT)
        return HV_EBUSY;
    else
        follow_order(partition, sequel);
    return 0;
}

int64_t partition_order_stop(struct partition *partition)
{
    return partition->vcpu->phase == PHASE_STOPPED ? 0 : order(partition, SEQUEL_STOP);
}

int64_t partition_order_start(struct partition *partition)
{
    if (partition->vcpu->phase != PHASE_STOPPED)
        return HV_EBUSY;
    partition_revive(partition);
    partition->forgiven = partition->restarts;
    return 0;
}

int64_t partition_order_restart(struct partition *partition)
{
    if (partition->vcpu->phase == PHASE_STOPPED)
        return partition_order_start(partition);
    int64_t status = order(partition, SEQUEL_RESTART);
    if (status == 0)
        partition->forgiven = partition->restarts + 1; /* the one to come */
    return status;
}
