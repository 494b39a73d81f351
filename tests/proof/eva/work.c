/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between two lives: a partition ends in each way there is and goes through every slice until it
 * runs again or has stopped. The images are known, so that Eva can tell which bytes of which
 * segment are copied; what the guest left behind is not.
 */
#include "any.h"
#include "any_console.h"
#include "hv/check.h"
#include "hv/console.h"
#include "hv/health.h"
#include "hv/irq.h"
#include "hv/memory.h"
#include "hv/partition.h"
#include "image.h"
#include "seam.h"

static struct memory memory;
static struct partition_config configs[SEAM_PARTITIONS];

static void create(unsigned id)
{
    struct boot_range module = {SEAM_MODULES + id * SEAM_IMAGE,
                                SEAM_MODULES + (id + 1) * SEAM_IMAGE};
    struct partition_config *config = &configs[id];

    make_image(arch_memory(module.start));
    config->mem = SEAM_MEM;
    config->restarts = 1;
    config->fault = FAULT_RESTART;
    config->name[0] = 'a';
    any_bytes(config->grants, sizeof(config->grants));
    partition_create(id, config, &module, &memory);
}

static void begin(void)
{
    static const struct boot_info info = {.range_count = 1, .ranges = {{SEAM_FREE, SEAM_END}}};
    const struct partition_facts facts = {any, (uint32_t)any};

    memory_init(&memory, &info);
    irq_init((uint16_t)any, (uint32_t)any);
    schedule_init(&schedule, 1);
    for (unsigned id = 0; id < SEAM_PARTITIONS; id++)
        create(id);
    partition_ready(SEAM_PARTITIONS, &facts);
}

/* What a life leaves. */
static void live(struct partition *partition)
{
    struct vcpu *vcpu = partition->vcpu;
    struct virq *virq = vcpu_virq(vcpu);

    any_bytes(partition->memory, SEAM_SIZE);
    any_bytes(&vcpu->frame, sizeof(vcpu->frame));
    any_bytes(virq, sizeof(*virq));
    virq->registered[0] = any << HV_VECTOR_LINE; /* what is granted */
}

/* Slices until the partition runs or has stopped. What it says of a fault is as long as it can be,
 * so that Eva knows where each text ends. */
static void slices(struct partition *partition)
{
    while (partition->vcpu->phase == PHASE_LOADING) {
        partition->outstanding = UINT64_MAX;
        if (partition->work == WORK_REPORT && any_bool())
            any_console_takes = !any_console_takes;
        partition_work(partition);
    }
}

static void fault(struct partition *partition, unsigned what)
{
    live(partition);
    partition->vcpu->frame.rip = UINT64_MAX;
    health_fault(partition->vcpu, what, UINT64_MAX);
    slices(partition);
}

/* In each way, with a restart where one is left, and by order; the last fault may halt all. */
static void end_lives(void)
{
    fault(&partitions[0], EXCEPTION_PF);
    live(&partitions[0]);
    partition_exit(&partitions[0], any);
    slices(&partitions[0]);
    partition_order_start(&partitions[0]);
    slices(&partitions[0]);
    live(&partitions[0]);
    partition_order_stop(&partitions[0]);
    slices(&partitions[0]);
    live(&partitions[1]);
    partition_restart(&partitions[1]);
    slices(&partitions[1]);
    configs[1].fault = any_bool() ? FAULT_HALT : FAULT_STOP;
    fault(&partitions[1], FAULT_BAD_STACK);
}

/* With a summary or without. */
static void end_all(void)
{
    static const struct config silent = {.exit_idle = false}, talkative = {.exit_idle = true};

    health_init(any_bool() ? &silent : &talkative);
    if (any_bool())
        check_failed("condition", "file", 1);
    partition_all_stopped();
}

void eva_work(void)
{
    static const struct config talkative = {.exit_idle = true};

    health_init(&talkative);
    begin();
    slices(&partitions[0]);
    slices(&partitions[1]);
    end_lives();
    end_all();
}
