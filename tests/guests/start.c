/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state at the entry point, the vCPU page, and that all memory is zero.
 *
 * system: start mem=1M -- one two  three
 * qemu: icount
 * qemu: machine=q35 cpu=max
 * qemu: cpu=Nehalem memory=5G
 */
#include "guest.h"

static void check_registers(void)
{
    const struct registers *r = &start_state.registers;
    uint64_t others = r->rax | r->rbx | r->rcx | r->rdx | r->rsi | r->rbp | r->r8 | r->r9 | r->r10 |
                      r->r11 | r->r12 | r->r13 | r->r14 | r->r15;
    IS(others, 0, "general registers are 0");
    IS(r->rsp, HV_MEM_BASE + (1 << 20), "RSP is the end of the memory");
    IS(r->rdi & (HV_PAGE_SIZE - 1), 0, "RDI is a page's address");
    IS(r->rflags, HV_RFLAGS_INIT, "RFLAGS");
    IS(start_state.cs & 3, 3, "CPL");
}

static bool all_zero(const void *bytes, size_t size)
{
    const uint8_t *byte = bytes;
    for (size_t i = 0; i < size; i++) {
        if (byte[i] != 0) {
            tap_note("byte %zu at %p is 0x%02x", i, bytes, byte[i]);
            return false;
        }
    }
    return true;
}

/* FXSAVE's image: Intel SDM, volume 1, table 10-2. */
static void check_fpu(void)
{
    const uint8_t *fx = start_state.fx;
    IS(fx[0] | fx[1] << 8, 0x37F, "x87 control word");
    IS(fx[2] | fx[3] << 8, 0, "x87 status word");
    IS(fx[4], 0, "x87 tags: all empty");
    OK(all_zero(fx + 8, 16), "x87 pointers");
    IS(fx[24] | fx[25] << 8, HV_MXCSR_INIT, "MXCSR");
    OK(all_zero(fx + 32, 8 * 16), "x87 registers are 0");
    OK(all_zero(fx + 160, 16 * 16), "XMM registers are 0");
}

static uint64_t read_fs(uint64_t address)
{
    uint64_t value;
    __asm__ volatile("movq %%fs:(%1), %0" : "=r"(value) : "r"(address) : "memory");
    return value;
}

static uint64_t read_gs(uint64_t address)
{
    uint64_t value;
    __asm__ volatile("movq %%gs:(%1), %0" : "=r"(value) : "r"(address) : "memory");
    return value;
}

static uint32_t read_mxcsr(void)
{
    uint32_t value;
    __asm__ volatile("stmxcsr %0" : "=m"(value));
    return value;
}

static void check_page(void)
{
    const struct hv_vcpu_page *page = (const struct hv_vcpu_page *)start_state.registers.rdi;
    IS(page->magic, HV_PAGE_MAGIC, "magic");
    IS(page->abi_version, 0x00010000, "abi_version");
    IS(page->partition_id, 0, "partition_id");
    IS(page->vcpu_id, 0, "vcpu_id");
    IS(page->irq_disabled, 1, "irq_disabled: interrupts start disabled");
    IS(page->irq_pending, 0, "irq_pending");
    IS(page->mem_base, 0x400000, "mem_base");
    IS(page->mem_size, 1 << 20, "mem_size");
    OK(page->tsc_hz > 10000000 && page->tsc_hz < 20000000000, "tsc_hz is %lu", page->tsc_hz);
    IS(page->tick_divisor, 1193, "tick_divisor for 1000 Hz");
    IS(page->restarts, 0, "restarts");
    IS(page->stack_size, 65536, "stack_size");
    static const char args[] = "one two  three";
    bool same = true;
    for (size_t i = 0; i < sizeof(args); i++)
        same &= page->args[i] == args[i];
    OK(same, "args: %.*s", 191, page->args);
    OK(all_zero(page->args + sizeof(args), sizeof(page->args) - sizeof(args)), "no more args");
    OK(all_zero((const uint8_t *)page + 18, 6), "reserved bytes 18 to 23");
    OK(all_zero((const uint8_t *)page + 60, 4), "reserved bytes 60 to 63");
    OK(all_zero((const uint8_t *)page + 256, HV_PAGE_SIZE - 256), "the rest of the page");
}

static uint8_t zeroed[10000];
static uint8_t filled[100] = {1, 2, 3, [99] = 4};

static void check_memory(void)
{
    OK(all_zero(zeroed, sizeof(zeroed)), ".bss is 0");
    IS(filled[0] + filled[2] * 16 + filled[99] * 256, 0x431, ".data is as in the file");
    char *stack = (char *)start_state.registers.rsp - HV_STACK_SIZE;
    char *guard = stack - HV_PAGE_SIZE;
    OK(all_zero(_end, (size_t)(guard - _end)), "memory after the image is 0");
    OK(all_zero(stack, HV_STACK_SIZE - 8192), "the stack is 0");
    *(volatile char *)_end = 1;
    ((volatile char *)guard)[-1] = 1;
    *(volatile char *)stack = 1;
    OK(true, "the rest of the memory is writable");
}

static void check_instructions(void)
{
    uint32_t a = 0, b, c, d;
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
    OK(a > 0, "CPUID works");
    uint64_t before = rdtsc();
    OK(rdtsc() > before, "RDTSC works and counts");
}

void run(void)
{
    check_memory();
    check_registers();
    check_fpu();
    IS(read_mxcsr(), HV_MXCSR_INIT, "MXCSR is the guest's");
    IS(read_fs((uint64_t)PAGE), *(volatile uint64_t *)PAGE, "FS base is 0");
    IS(read_gs((uint64_t)PAGE), *(volatile uint64_t *)PAGE, "GS base is 0");
    check_page();
    check_instructions();
}
