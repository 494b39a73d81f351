/* SPDX-License-Identifier: BSD-2-Clause */
/* The seam, where it is not paging's or descriptors'. */
#include "arch/x86/arch.h"
#include <string.h>
#include "arch/x86/apic.h"
#include "arch/x86/cpu.h"
#include "arch/x86/descriptors.h"
#include "arch/x86/io.h"
#include "arch/x86/paging.h"
#include "arch/x86/pic.h"
#include "arch/x86/pit.h"
#include "arch/x86/uart.h"
#include "hv/arch.h"
#include "hv/vcpu.h"

#define DEBUG_EXIT_PORT 0xF4   /* QEMU's isa-debug-exit */
#define SHUTDOWN_PORT   0x8900 /* Bochs ends where the word `Shutdown` is written here */

#define KEYBOARD_COMMAND 0x64
#define KEYBOARD_RESET   0xFE
#define RESET_POLLS      100000 /* a tenth of a second on a PC: it needs microseconds */

/* What the drivers reach their ports through. */
uint8_t pic_port_read(uint16_t port)
{
    return io_read8(port);
}

void pic_port_write(uint16_t port, uint8_t value)
{
    io_write8(port, value);
}

uint8_t pit_port_read(uint16_t port)
{
    return io_read8(port);
}

void pit_port_write(uint16_t port, uint8_t value)
{
    io_write8(port, value);
}

uint64_t pit_read_tsc(void)
{
    return read_tsc();
}

uint8_t uart_port_read(uint16_t port)
{
    return io_read8(port);
}

void uart_port_write(uint16_t port, uint8_t value)
{
    io_write8(port, value);
}

void arch_init(void)
{
    cpu_init();
    descriptors_init();
    paging_init();
    apic_quiet();
    pic_init(HV_VECTOR_LINE);
}

const char *arch_features(void)
{
    return cpu_features();
}

void arch_console_listen(void)
{
    uart_listen();
}

int arch_console_get(void)
{
    return uart_get();
}

bool arch_console_open(unsigned com)
{
    return uart_init(com);
}

unsigned arch_console_room(void)
{
    return uart_room();
}

void arch_console_put(uint8_t byte)
{
    uart_put(byte);
}

uint16_t arch_level_lines(void)
{
    return pic_level_lines();
}

uint64_t arch_tsc_hz(void)
{
    return pit_measure_tsc();
}

void arch_timer_start(uint16_t divisor)
{
    pit_start(divisor);
    pic_open(0);
}

void arch_line_open(unsigned line)
{
    pic_open(line);
}

void arch_line_close(unsigned line)
{
    pic_close(line);
}

/* x87 and SSE as after FNINIT and reset: FXSAVE's layout, Intel SDM volume 1, table 10-2. */
static void reset_fx(uint8_t fx[512])
{
    const uint16_t control = 0x037F;
    const uint32_t mxcsr = HV_MXCSR_INIT;

    memset(fx, 0, 512);
    memcpy(fx, &control, sizeof(control));
    memcpy(fx + 24, &mxcsr, sizeof(mxcsr));
}

void arch_vcpu_start(struct vcpu *vcpu, uint64_t rip, uint64_t rsp, uint64_t rdi)
{
    reset_fx(vcpu->fx);
    vcpu->frame = (struct frame){
        .rdi = rdi,
        .rip = rip,
        .cs = SELECTOR_USER_CODE,
        .rflags = HV_RFLAGS_INIT,
        .rsp = rsp,
        .ss = SELECTOR_USER_DATA,
    };
}

/* Loads values of the hypervisor's own into the x87 pointers, where FXRSTOR would leave the former
 * owner's. EMMS first, so that there is a free register; FNCLEX, so that no old error is raised. */
static void scrub_x87_pointers(void)
{
    static const uint32_t zero;

    __asm__ volatile("fnclex\n\temms\n\tfildl %0" : : "m"(zero));
}

/* DS, ES, FS and GS are not in the frame and are the guest's to load. */
static void reset_segments(void)
{
    __asm__ volatile("mov %w0, %%ds\n\tmov %w0, %%es\n\tmov %w0, %%fs\n\tmov %w0, %%gs"
                     :
                     : "r"(SELECTOR_USER_DATA));
}

void arch_switch(struct vcpu *from, struct vcpu *to)
{
    const struct arch_space *space = vcpu_space(to);

    if (from)
        __asm__ volatile("fxsave64 %0" : "=m"(from->fx));
    if (cpu_leaks_x87_pointers())
        scrub_x87_pointers();
    __asm__ volatile("fxrstor64 %0" : : "m"(to->fx));
    reset_segments();
    write_cr3(space->root);
    descriptors_switch((uint64_t)(&to->frame + 1), space->ports);
}

void arch_halt(void)
{
    for (;;)
        __asm__ volatile("cli\n\thlt");
}

/* By the 8042, whose output pin 0 is the reset line (IBM PC/AT Technical Reference, "Keyboard
 * Controller"); where there is none, by an exception that no table has a gate for (Intel SDM volume
 * 3, section 6.15, "Double Fault"). */
void arch_reset(void)
{
    static const struct {
        uint16_t limit;
        const void *base;
    } __attribute__((packed)) none = {0, NULL};

    uart_wait_sent(); /* as in arch_exit() */
    io_write8(KEYBOARD_COMMAND, KEYBOARD_RESET);
    for (unsigned polls = 0; polls < RESET_POLLS; polls++)
        io_read8(KEYBOARD_COMMAND);
    __asm__ volatile("lidt %0\n\tint3" : : "m"(none));
    arch_halt();
}

/* A machine that ends takes with it what the UART has not sent. */
void arch_exit(uint8_t value)
{
    uart_wait_sent();
    io_write8(DEBUG_EXIT_PORT, value);
    for (const char *letter = "Shutdown"; *letter; letter++)
        io_write8(SHUTDOWN_PORT, (uint8_t)*letter);
    arch_halt();
}
