/* SPDX-License-Identifier: BSD-2-Clause */
/* A machine that answers anything that include/hv/arch.h allows. */
#include "seam.h"
#include "any.h"
#include "hv/arch.h"
#include "hv/trace_point.h"
#include "hv/memory.h"
#include "hv/vcpu.h"

#define SEAM_PAGES (SEAM_SIZE / HV_PAGE_SIZE)

uint8_t seam_image_0[SEAM_IMAGE], seam_image_1[SEAM_IMAGE];
uint8_t seam_memory_0[SEAM_SIZE], seam_memory_1[SEAM_SIZE];
static uint64_t pages_0[SEAM_PAGES], pages_1[SEAM_PAGES];

static _Noreturn void end(void)
{
    for (;;)
        ;
}

void *arch_memory(uint64_t physical)
{
    switch (physical) {
    case SEAM_MODULES:
        return seam_image_0;
    case SEAM_MODULES + SEAM_IMAGE:
        return seam_image_1;
    case SEAM_FREE:
        return seam_memory_0;
    case SEAM_FREE + SEAM_SIZE:
        return seam_memory_1;
    default:
        return NULL;
    }
}

bool arch_space_create(struct arch_space *space, struct memory *memory, uint64_t physical,
                       uint64_t count)
{
    (void)memory, (void)count;
    space->pages = physical == SEAM_FREE ? pages_0 : pages_1;
    return true;
}

void arch_page_set(struct arch_space *space, uint64_t index, unsigned access)
{
    space->pages[index] = access;
}

unsigned arch_page_get(const struct arch_space *space, uint64_t index)
{
    return (unsigned)space->pages[index];
}

bool arch_ports_allow(struct arch_space *space, struct memory *memory, uint16_t first,
                      uint16_t last)
{
    (void)space, (void)memory, (void)first, (void)last;
    return any_bool();
}

void arch_vcpu_start(struct vcpu *vcpu, uint64_t rip, uint64_t rsp, uint64_t rdi)
{
    vcpu->frame = (struct frame){.rip = rip, .rsp = rsp, .rdi = rdi};
}

void arch_switch(struct vcpu *from, struct vcpu *to)
{
    if (from)
        from->fx[0] = to->fx[0];
    (void)vcpu_space(to)->root;
}

void arch_line_open(unsigned line)
{
    (void)line;
}

void arch_line_close(unsigned line)
{
    (void)line;
}

unsigned arch_console_room(void)
{
    return (unsigned)any;
}

void arch_console_put(uint8_t byte)
{
    (void)byte;
}

bool arch_console_open(unsigned com)
{
    (void)com;
    return any_bool();
}

void arch_console_listen(void)
{
}

int arch_console_get(void)
{
    return any_bool() ? any_byte : ARCH_NO_INPUT;
}

void arch_trace_add(unsigned kind, unsigned vector, uint64_t value)
{
    trace.record[trace.made % sizeof(trace.record) / sizeof(trace.record[0])] =
        (struct hv_trace_record){any, value, vector, kind, any};
    trace.made += sizeof(trace.record[0]);
}

void arch_trace_calls(bool on)
{
    (void)on;
}

const char *arch_features(void)
{
    return "a CPU";
}

uint16_t arch_level_lines(void)
{
    return (uint16_t)any;
}

uint64_t arch_tsc_hz(void)
{
    return any;
}

void arch_timer_start(uint16_t divisor)
{
    (void)divisor;
}

void arch_memory_init(struct memory *memory)
{
    memory_reserve(memory, 0, SEAM_FREE);
}

void arch_backtrace(void)
{
}

void arch_exit(uint8_t value)
{
    (void)value;
    end();
}

void arch_halt(void)
{
    end();
}

void arch_reset(void)
{
    end();
}
