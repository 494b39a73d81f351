/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/x86/pic.h"

enum { MASTER = 0x20, SLAVE = 0xA0 };           /* command ports: ICW1, OCW2, OCW3 */
enum { MASTER_DATA = 0x21, SLAVE_DATA = 0xA1 }; /* data ports: ICW2 to ICW4, OCW1 */
enum { ELCR_MASTER = 0x4D0, ELCR_SLAVE = 0x4D1 };

#define ICW1_START    0x11 /* edge-triggered (the ELCR decides where there is one), with ICW4 */
#define ICW3_MASTER   0x04 /* the slave is at input 2 */
#define ICW3_SLAVE    0x02 /* and answers to that number */
#define ICW4_8086     0x01 /* normal EOI: an automatic one would leave no ISR bit to look at */
#define OCW2_EOI      0x20 /* non-specific: ends what has the highest priority in service */
#define OCW3_READ_ISR 0x0B

#define CASCADE      0x0004u
#define SLAVE_LINES  0xFF00u
#define IN_SERVICE_7 0x80 /* input 7 of either controller: line 7 or 15 */

/* Lines that a chipset never lets be level-triggered: 0, 1, 2, 8 and 13. Their bits in an ELCR
 * read 0; they read 1 where there is no ELCR and nothing answers. */
#define ALWAYS_EDGE 0x2107u

/* Bit n: line n is masked at its controller. */
static uint16_t masks;

/* The cascade is masked exactly while all of the slave's lines are. */
static uint16_t with_cascade(uint16_t lines)
{
    if ((lines & SLAVE_LINES) == SLAVE_LINES)
        return lines | CASCADE;
    return lines & (uint16_t)~CASCADE;
}

static void set_masks(uint16_t lines)
{
    uint16_t wanted = with_cascade(lines);
    uint16_t changed = masks ^ wanted;

    masks = wanted;
    if (changed & SLAVE_LINES)
        pic_port_write(SLAVE_DATA, (uint8_t)(wanted >> 8));
    if (changed & 0xFF)
        pic_port_write(MASTER_DATA, (uint8_t)wanted);
}

static void program(uint16_t command, uint8_t base, uint8_t icw3)
{
    uint16_t data = command + 1;

    pic_port_write(command, ICW1_START);
    pic_port_write(data, base);
    pic_port_write(data, icw3);
    pic_port_write(data, ICW4_8086);
}

void pic_init(uint8_t base)
{
    program(MASTER, base, ICW3_MASTER);
    program(SLAVE, (uint8_t)(base + 8), ICW3_SLAVE);
    masks = 0; /* as ICW1 left them */
    set_masks(0xFFFF);
}

void pic_open(unsigned line)
{
    set_masks(masks & (uint16_t) ~(1u << line));
}

void pic_close(unsigned line)
{
    set_masks(masks | (uint16_t)(1u << line));
}

static bool in_service_7(uint16_t command)
{
    pic_port_write(command, OCW3_READ_ISR);
    return pic_port_read(command) & IN_SERVICE_7;
}

bool pic_is_real(unsigned line)
{
    if (line == 7)
        return in_service_7(MASTER);
    if (line == 15)
        return in_service_7(SLAVE);
    return true;
}

void pic_end(unsigned line, bool real)
{
    bool of_slave = line >= 8;

    if (!real && !of_slave)
        return;
    if (real && of_slave)
        pic_port_write(SLAVE, OCW2_EOI);
    pic_port_write(MASTER, OCW2_EOI);
}

uint16_t pic_level_lines(void)
{
    uint16_t level = (uint16_t)(pic_port_read(ELCR_MASTER) | pic_port_read(ELCR_SLAVE) << 8);

    return level & ALWAYS_EDGE ? 0 : level;
}
