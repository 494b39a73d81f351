/* SPDX-License-Identifier: BSD-2-Clause */
/* I/O ports. Intel SDM volume 1, chapter 19. */
#ifndef X86_IO_H
#define X86_IO_H

#include <stdint.h>

static inline uint8_t io_read8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void io_write8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

#endif
