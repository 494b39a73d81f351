/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A line editor that answers whoever connects to the second serial port: Backspace takes back a
 * character, ^U the line, Enter sends it, ^D on an empty line ends the guest.
 */
#include <stdbool.h>
#include "belfry/hv.h"
#include "serial.h"

#define LINE_SIZE 80

enum { BACKSPACE = 0x08, DELETE = 0x7F, CONTROL_D = 0x04, CONTROL_U = 0x15 };

static char line[LINE_SIZE];
static size_t length;

static void erase(void)
{
    if (length == 0)
        return;
    length--;
    serial_write("\b \b");
}

static void erase_line(void)
{
    while (length > 0)
        erase();
}

static void insert(char character)
{
    if (length == LINE_SIZE - 1 || character < ' ')
        return;
    line[length++] = character;
    serial_write((char[]){character, '\0'});
}

/* An empty line is answered by a prompt: who has just connected has not seen one. */
static void answer(void)
{
    if (length > 0) {
        line[length] = '\0';
        length = 0;
        hv_printf("received \"%s\"\n", line);
        serial_write("\r\nyou said: ");
        serial_write(line);
    }
    serial_write("\r\n> ");
}

/* Takes one byte; false where it ends the guest. */
static bool edit(uint8_t byte)
{
    static uint8_t before;
    bool rest_of_enter = before == '\r' && byte == '\n'; /* it comes as CR, LF or both */

    before = byte;
    if (rest_of_enter)
        return true;
    if (byte == BACKSPACE || byte == DELETE)
        erase();
    else if (byte == CONTROL_U)
        erase_line();
    else if (byte == '\r' || byte == '\n')
        answer();
    else
        insert((char)byte);
    return byte != CONTROL_D || length > 0;
}

int main(void)
{
    int64_t status = serial_init();
    if (status < 0) {
        hv_printf("vector %u: status %ld; expected the grant line=3\n", HV_VECTOR_COM2, status);
        return 1;
    }
    hv_printf("waiting for somebody on the second serial port\n");
    serial_write("\r\nThis is Belfry's echo. ^D ends me.\r\n> ");

    while (edit(serial_read()))
        ;
    serial_write("\r\nbye\r\n");
    hv_printf("^D: the end\n");
    return 0;
}
