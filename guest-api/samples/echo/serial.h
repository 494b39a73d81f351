/* SPDX-License-Identifier: BSD-2-Clause */
/* The second serial port: 115200 8N1, received by interrupt, sent by polling. */
#ifndef ECHO_SERIAL_H
#define ECHO_SERIAL_H

#include <stdint.h>

/* Sets the port up and registers its vector. 0, or the status of the registration. */
int64_t serial_init(void);

/* The next byte, after waiting for it. */
uint8_t serial_read(void);

/* Sends the text, yielding while the port is busy. */
void serial_write(const char *text);

#endif
