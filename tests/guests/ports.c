/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I/O ports: those granted work, also after another partition has run; the ones beside them fault.
 * 0x2F8 to 0x2FF are COM2's, whose last one keeps what is written to it; behind 0xFFFF is nothing.
 *
 * system: ports ports=0x2fb-0x2ff ports=0x3f0 ports=0xffff fault=restart restarts=8
 * system: other ports=0x2f0 ports=0x2f8 ports=0xfffd fault=restart restarts=8
 * qemu: com2
 * expect: ^ports: fault #GP .*, then restart$
 * expect: ^other: fault #GP .*, then restart$
 */
#include "guest.h"

/* Of the partition called so; each access by the other one is a fault. */
static const struct {
    uint16_t port;
    uint8_t bytes;
} refused[2][8] = {
    {{0x2FA, 1},
     {0x300, 1},
     {0x2FA, 2},
     {0x2FF, 2},
     {0x2FD, 4},
     {0x3F1, 1},
     {0xFFFF, 2},
     {0xFFFE, 2}},
    {{0x2FF, 1},
     {0x2FB, 1},
     {0x2F7, 1},
     {0x2F9, 1},
     {0x2F8, 2},
     {0x3F0, 1},
     {0xFFFF, 1},
     {0xFFFD, 4}},
};

static void access(uint16_t port, uint8_t bytes)
{
    if (bytes == 1)
        __asm__ volatile("inb %w0, %%al" ::"d"(port) : "rax");
    else if (bytes == 2)
        __asm__ volatile("inw %w0, %%ax" ::"d"(port) : "rax");
    else
        __asm__ volatile("inl %w0, %%eax" ::"d"(port) : "rax");
}

static void check_granted(unsigned life)
{
    bool kept = true;
    for (unsigned i = 0; i < 20; i++) {
        out8(0x2FF, (uint8_t)(life * 20 + i));
        call(HV_CALL_VCPU_YIELD);
        kept &= in8(0x2FF) == life * 20 + i;
    }
    access(0x2FC, 4);
    access(0x2FE, 2);
    access(0x3F0, 1);
    access(0xFFFF, 1);
    OK(kept, "life %u: the ports granted work", life);
}

void run(void)
{
    unsigned life = PAGE->restarts, other = PAGE->partition_id;
    tap_continue(life);
    if (life == ARRAY_LENGTH(refused[0]) && other) {
        access(0x2F0, 1);
        access(0x2F8, 1);
    }
    if (other)
        OK(true, "life %u", life);
    else
        check_granted(life);
    if (life == ARRAY_LENGTH(refused[0]))
        return;
    access(refused[other][life].port, refused[other][life].bytes);
    OK(false, "port 0x%x was read, %u bytes", refused[other][life].port,
       refused[other][life].bytes);
}
