# SPDX-License-Identifier: BSD-2-Clause
"""What is measured, in the order of the table: a key, what it is, and the aim in instructions."""
import collections

Row = collections.namedtuple("Row", "key title aim", defaults=[None])

ROWS = [
    Row("version", "null hypercall (VERSION)", 24),
    Row("unknown-call", "unknown call", 22),
    Row("ack-none", "IRQ_ACK, none outstanding", 55),
    Row("ack-some", "IRQ_ACK of all that is outstanding", 80),
    Row("register", "IRQ_REGISTER", 60),
    Row("unregister", "IRQ_UNREGISTER", 68),
    Row("tick-unregistered", "timer tick, nobody registered, back in the same guest", 28),
    Row("tick-disabled", "timer tick, one vCPU registered, its interrupts disabled", 70),
    Row("tick-entry", "timer tick to the first instruction of the registered entry", 115),
    Row("trip-assembly", "the whole trip, an empty handler in assembly", 175),
    Row("trip-library", "the whole trip, an empty handler in C through the library", 240),
    Row("second-vector", "a second vector pending: from IRQ_RETURN to the next entry", 80),
    Row("ready-1", "a tick for 1 registered vCPU, which runs"),
    Row("ready-8", "a tick for 8, one running and 7 ready"),
    Row("ready-64", "a tick for 64, one running and 63 ready"),
    Row("ready-slope", "… for each further one that is ready", 14),
    Row("waiting-8", "a tick for 8, one running and 7 waiting"),
    Row("waiting-64", "a tick for 64, one running and 63 waiting"),
    Row("waiting-slope", "… for each further one that waits", 20),
    Row("one-of-64", "a tick for 1 registered vCPU of 64, beyond one for 1 of 1", 0),
    Row("switch", "switch by VCPU_YIELD, x87/SSE and segment registers included", 125),
    Row("window-end", "end of a window: tick, switch, first instruction of the other", 200),
    Row("idle-entry", "idle, then a tick, then the entry", 170),
    Row("console-write", "CONSOLE_WRITE of 64 bytes"),
    Row("longest", "longest path with interrupts off", 2000),
    Row("boot", "multiboot header to the first guest's first instruction, mem=128K", 100000),
    Row("boot-mib", "… for each further MiB of its memory", 135000),
]

# Beside the table: what else a guest's author may ask for.
MORE = [
    Row("ack-part", "IRQ_ACK of one of two"),
    Row("register-line", "IRQ_REGISTER that opens a line"),
    Row("unregister-line", "IRQ_UNREGISTER that closes it"),
    Row("mask", "IRQ_MASK of a pending vector"),
    Row("unmask", "IRQ_UNMASK of it"),
    Row("raise", "IRQ_RAISE"),
    Row("stats", "IRQ_STATS"),
    Row("poll", "IRQ_POLL, nothing due"),
    Row("version-traced", "null hypercall, recorded by the trace"),
    Row("raise-traced", "IRQ_RAISE, its call and the raise recorded by the trace"),
    Row("switch-traced", "switch by VCPU_YIELD, its call and the switch recorded by the trace"),
    Row("tick-outstanding", "timer tick, interrupts disabled, something outstanding already"),
    Row("told-slope", "a tick for each further vCPU with something outstanding already"),
]

SIZES = [
    Row("text", "text, bytes", 20 * 1024),
    Row("rodata", "constants, bytes"),
    Row("data", "data, bytes"),
    Row("bss", "bss, bytes, with all of 64 vCPUs and partitions"),
    Row("vcpu", "each vCPU, bytes", 16 * 1024),
    Row("partition", "each partition beyond its memory and page tables, bytes", 32 * 1024),
    Row("tables", "a partition's page tables, up to 2 MiB, bytes"),
]
