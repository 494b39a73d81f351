/* SPDX-License-Identifier: BSD-2-Clause */
/* I/O ports. A port that was not granted is a fault of the partition. */
#ifndef BELFRY_PORT_H
#define BELFRY_PORT_H

#include <stdint.h>

static inline uint8_t hv_port_read(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static inline void hv_port_write(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

#endif
