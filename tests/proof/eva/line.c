/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines: any calls in any order, of any line. */
#include "hv/line.h"
#include "any.h"

static struct lines lines;

static void operate(unsigned line)
{
    switch (any_of(0, 7)) {
    case 0:
        line_is_open(&lines, line);
        break;
    case 1:
        line_register(&lines, line);
        break;
    case 2:
        line_unregister(&lines, line);
        break;
    case 3:
        line_restart(&lines, line);
        break;
    case 4:
        line_raise(&lines, line, any);
        break;
    case 5:
        line_served(&lines, line);
        break;
    case 6:
        lines_release(&lines);
        break;
    default:
        line_held(&lines, line);
        break;
    }
}

void eva_line(void)
{
    lines_init(&lines, (uint16_t)any, (uint32_t)any);
    while (any_bool())
        operate((unsigned)any_of(0, HV_LINES - 1));
}
