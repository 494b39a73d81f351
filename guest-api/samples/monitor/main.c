/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A system partition: what is typed on the console are commands to observe and to control the
 * others; `help` says which. It wants `system console` on its line, and a window of its own, so
 * that it neither waits for others nor moves them.
 */
#include "monitor.h"
#include "belfry/hv.h"

#define LINE_SIZE 80

enum { BACKSPACE = 0x08, DELETE = 0x7F, CONTROL_U = 0x15 };

static char input[64];
static size_t taken, there;

static void on_input(const struct hv_upcall *upcall, void *context)
{
    (void)upcall, (void)context; /* that it came is enough: main() reads */
}

/* Interrupts are disabled between the look and the wait, which enables them. */
char next_byte(void)
{
    while (taken == there) {
        int64_t count;
        hv_irq_disable();
        count = hv_call_console_read(input, sizeof(input));
        if (count == 0)
            hv_call_vcpu_wait();
        hv_irq_enable();
        taken = 0;
        there = count > 0 ? (size_t)count : 0;
    }
    return input[taken++];
}

static size_t erase(size_t length)
{
    if (length == 0)
        return 0;
    hv_write("\b \b", 3);
    return length - 1;
}

/* A line as it is typed, without its end; echoed, since the terminal does not. */
static void read_line(char line[LINE_SIZE])
{
    size_t length = 0;

    for (char byte = next_byte(); byte != '\r' && byte != '\n'; byte = next_byte()) {
        if (byte == BACKSPACE || byte == DELETE) {
            length = erase(length);
        } else if (byte == CONTROL_U) {
            while (length > 0)
                length = erase(length);
        } else if (byte >= ' ' && byte < DELETE && length < LINE_SIZE - 1) {
            line[length++] = byte;
            hv_putchar(byte);
        }
    }
    line[length] = '\0';
    hv_putchar('\n');
}

int main(void)
{
    char line[LINE_SIZE];
    struct hv_system_info info;

    if (hv_call_system_info(&info, sizeof(info)) < 0 ||
        hv_irq_register(HV_VECTOR_CONSOLE, on_input, NULL) < 0) {
        hv_printf("expected the grants system and console\n");
        return 1;
    }
    hv_printf("help says what can be typed\n");
    for (;;) {
        hv_printf("> ");
        read_line(line);
        obey(line);
    }
}
