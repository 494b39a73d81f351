/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that is not the guest's, or not for that: touched directly, or named in a hypercall. */
#include "attempts.h"
#include "belfry/hv.h"

/* A page of the top 2 GiB, where a kernel of its code model has to be, and the place of physical
 * memory where the boot loader put it. */
#define HYPERVISOR    0xFFFFFFFF80100000
#define LOW_MEMORY    0x100000
#define NON_CANONICAL 0x8000000000000000
#define RETURN        0xC3 /* the instruction `ret` */

static bool read_byte(uint64_t address)
{
    __asm__ volatile("movb (%0), %%al" : : "r"(address) : "rax", "memory");
    return true;
}

static bool write_byte(uint64_t address)
{
    __asm__ volatile("movb $0, (%0)" : : "r"(address) : "memory");
    return true;
}

static bool jump(uint64_t address)
{
    ((void (*)(void))address)();
    return true;
}

static bool read_past_the_end(uint64_t unused)
{
    (void)unused;
    return read_byte(hv_page()->mem_base + hv_page()->mem_size);
}

static bool write_text(uint64_t unused)
{
    (void)unused;
    return write_byte((uint64_t)write_text);
}

static bool write_constants(uint64_t unused)
{
    (void)unused;
    return write_byte((uint64_t)memory_attempts);
}

static bool execute_data(uint64_t unused)
{
    static volatile uint8_t code = RETURN;

    (void)unused;
    return jump((uint64_t)&code);
}

static bool execute_stack(uint64_t unused)
{
    volatile uint8_t code = RETURN;

    (void)unused;
    return jump((uint64_t)&code);
}

static bool execute_vcpu_page(uint64_t unused)
{
    (void)unused;
    hv_page()->args[0] = (char)RETURN;
    return jump((uint64_t)hv_page()->args);
}

/* The page is the guest's to spoil: the next hypercalls and the restart must not care. */
static bool spoil_vcpu_page(uint64_t unused)
{
    (void)unused;
    memset(hv_page(), 0xFF, HV_PAGE_SIZE);
    return hv_call_version() != HV_ABI_VERSION;
}

static bool print_from(uint64_t address)
{
    return hv_call_console_write((const void *)address, 16) != HV_EFAULT;
}

static bool print_wrapping(uint64_t address)
{
    return hv_call_console_write((const void *)address, HV_CONSOLE_MAX) != HV_EFAULT;
}

static bool stats_to(uint64_t address)
{
    return hv_call_irq_stats(HV_VECTOR_PIT, (void *)address, 48) != HV_EFAULT;
}

static bool stats_to_text(uint64_t unused)
{
    (void)unused;
    return stats_to((uint64_t)stats_to_text);
}

static bool register_com1(uint64_t unused)
{
    (void)unused;
    return hv_call_irq_register(HV_VECTOR_COM1, (hv_entry *)HV_MEM_BASE) != HV_EPERM;
}

static bool register_entry(uint64_t address)
{
    return hv_call_irq_register(HV_VECTOR_PIT, (hv_entry *)address) != HV_EINVAL;
}

const struct attempt memory_attempts[] = {
    {"read the hypervisor's memory", read_byte, HYPERVISOR},
    {"write the hypervisor's memory", write_byte, HYPERVISOR},
    {"jump into the hypervisor", jump, HYPERVISOR},
    {"read physical memory", read_byte, LOW_MEMORY},
    {"read address 0", read_byte, 0},
    {"jump to address 0", jump, 0},
    {"read a non-canonical address", read_byte, NON_CANONICAL},
    {"jump to a non-canonical address", jump, NON_CANONICAL},
    {"read past the end of its memory", read_past_the_end, 0},
    {"write its own code", write_text, 0},
    {"write its own constants", write_constants, 0},
    {"execute data", execute_data, 0},
    {"execute its stack", execute_stack, 0},
    {"execute its vCPU page", execute_vcpu_page, 0},
    {"spoil its vCPU page", spoil_vcpu_page, 0},
    {"have the hypervisor's memory printed", print_from, HYPERVISOR},
    {"have memory printed across the end of addresses", print_wrapping, UINT64_MAX},
    {"have stats written to the hypervisor's memory", stats_to, HYPERVISOR},
    {"have stats written over its own code", stats_to_text, 0},
    {"register a line that was not granted", register_com1, 0},
    {"register an entry in the hypervisor", register_entry, HYPERVISOR},
    {NULL, NULL, 0},
};
