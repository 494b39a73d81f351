/* SPDX-License-Identifier: BSD-2-Clause */
/* What happens between two lives of a partition, in slices. */
#include <string.h>
#include "hv/check.h"
#include "hv/console.h"
#include "hv/health.h"
#include "hv/irq.h"
#include "hv/partition.h"

/* How much one slice does: each stays below about 900 instructions, those of the console too. */
enum {
    COLLECT_VECTORS = 8,
    CLEAR_BYTES = HV_PAGE_SIZE * 3 / 2,
    LOAD_BYTES = HV_PAGE_SIZE * 3 / 2,
    LOAD_HEADERS = 16
};

static struct partition_facts facts;
static unsigned partition_count;
static unsigned stopped;

void partition_ready(unsigned count, const struct partition_facts *given)
{
    partition_count = count;
    facts = *given;
}

static void begin(struct partition *partition, enum work work)
{
    partition->work = work;
    partition->position = 0;
}

static void stop(struct partition *partition)
{
    console_flush(partition->id);
    vcpu_stop(partition->vcpu);
    stopped++;
}

/* What follows the life. */
static void go_on(struct partition *partition)
{
    if (partition->sequel == SEQUEL_HALT)
        health_halt(partition, partitions, partition_count);
    if (partition->sequel == SEQUEL_STOP) {
        stop(partition);
        return;
    }
    partition->restarts++;
    begin(partition, WORK_CLEAR);
}

void partition_revive(struct partition *partition)
{
    stopped--;
    partition->restarts++;
    begin(partition, WORK_CLEAR);
    vcpu_unload(partition->vcpu);
}

static void collect_vector(struct partition *partition, unsigned vector)
{
    struct virq *virq = vcpu_virq(partition->vcpu);

    if (virq_is_registered(virq, vector))
        partition->outstanding += (uint64_t)irq_unregister(partition->vcpu, vector);
    totals_add(&partition->totals, &VIRQ_OF(virq, vector));
    virq_forget(virq, vector);
}

static void collect(struct partition *partition)
{
    for (unsigned i = 0; i < COLLECT_VECTORS; i++)
        collect_vector(partition, (unsigned)partition->position++);
    if (partition->position < HV_VECTORS)
        return;
    if (partition->ending == ENDING_FAULT)
        begin(partition, WORK_DESCRIBE);
    else
        go_on(partition);
}

static void describe(struct partition *partition)
{
    if (!health_describe(partition, (unsigned)partition->position++, partition->report))
        begin(partition, WORK_REPORT);
}

/* Tried again until the console has room. */
static void report(struct partition *partition)
{
    if (console_report(partition->id, partition->report))
        go_on(partition);
}

static void clear(struct partition *partition)
{
    uint64_t left = partition->size - partition->position;
    uint64_t bytes = left < CLEAR_BYTES ? left : CLEAR_BYTES;

    memset(partition->memory + partition->position, 0, bytes);
    partition->position += bytes;
    if (partition->position < partition->size)
        return;
    partition->header = 0;
    partition->segment = (struct elf_segment){.file_size = 0};
    begin(partition, WORK_LOAD);
}

/* Looks for the next segment to be copied: an image may have thousands of other headers. */
static void next_segment(struct partition *partition)
{
    unsigned end = elf_headers(&partition->image);

    partition->position = 0;
    for (unsigned i = 0; i < LOAD_HEADERS; i++) {
        if (partition->header == end) {
            begin(partition, WORK_START);
            return;
        }
        if (elf_segment(&partition->image, partition->header++, &partition->segment))
            return;
    }
}

static void load(struct partition *partition)
{
    const struct elf_segment *segment = &partition->segment;
    uint64_t left = segment->file_size - partition->position;
    uint64_t bytes = left < LOAD_BYTES ? left : LOAD_BYTES;

    if (bytes == 0) {
        next_segment(partition);
        return;
    }
    memcpy(partition->memory + (segment->address - PARTITION_BASE) + partition->position,
           partition->image.bytes + segment->offset + partition->position, bytes);
    partition->position += bytes;
}

static void fill_page(const struct partition *partition)
{
    struct hv_vcpu_page *page = partition->vcpu->page;

    page->magic = HV_PAGE_MAGIC;
    page->abi_version = partition->vcpu->abi_version;
    page->partition_id = partition->id;
    page->irq_disabled = 1;
    page->mem_base = HV_MEM_BASE;
    page->mem_size = partition->config->mem;
    page->tsc_hz = facts.tsc_hz;
    page->tick_divisor = facts.tick_divisor;
    page->restarts = partition->restarts;
    page->stack_size = HV_STACK_SIZE;
    memcpy(page->args, partition->config->args, sizeof(page->args));
}

static void start(struct partition *partition)
{
    fill_page(partition);
    irq_restart(partition->config->grants);
    vcpu_start(partition->vcpu, elf_entry(&partition->image));
}

void partition_work(struct partition *partition)
{
    static void (*const slice[])(struct partition *) = {
        [WORK_COLLECT] = collect, [WORK_DESCRIBE] = describe, [WORK_REPORT] = report,
        [WORK_CLEAR] = clear,     [WORK_LOAD] = load,         [WORK_START] = start,
    };

    CHECK(partition->vcpu->phase == PHASE_LOADING);
    slice[partition->work](partition);
}

void partition_all_stopped(void)
{
    static bool done;

    if (stopped < partition_count || done)
        return;
    done = true;
    health_finish(partitions, partition_count);
}
