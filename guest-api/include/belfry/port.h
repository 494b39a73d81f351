/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I/O ports, a byte each. The partition must have been granted the port, by `ports=` on its line;
 * one that was not is a fault (#GP), with which `fault=` is dealt.
 */
#ifndef BELFRY_PORT_H
#define BELFRY_PORT_H

#include <stdint.h>

/* The byte that the port gives. */
static inline uint8_t hv_port_read(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

/* Gives the port a byte. */
static inline void hv_port_write(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

#endif
