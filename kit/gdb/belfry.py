# SPDX-License-Identifier: BSD-2-Clause
"""Commands for gdb: `gdb -x belfry.py belfry.debug`, then `help belfry`. What they show belfry_state.py reads."""
import pathlib
import sys

import gdb

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parents[1])]

import belfry_state as state  # noqa: E402
from belfry_symbols import Guests  # noqa: E402

guests = Guests()


class Prefix(gdb.Command):
    """Belfry's partitions, vCPUs and interrupts, and breakpoints in one guest."""

    def __init__(self):
        super().__init__("belfry", gdb.COMMAND_USER, prefix=True)


Prefix()


def command(usage):
    """Makes a function a command: `irqs [NAME]` may be called with a name."""
    name, *arguments = usage.split()
    least = sum(not argument.startswith("[") for argument in arguments)

    def define(function):
        class Command(gdb.Command):
            __doc__ = f"{function.__doc__}\nUsage: belfry {usage}"

            def invoke(self, text, _):
                words = gdb.string_to_argv(text)
                if not least <= len(words) <= len(arguments):
                    raise gdb.GdbError(f"usage: belfry {usage}")
                try:
                    function(*words)
                except gdb.error as problem:
                    raise gdb.GdbError(str(problem)) from None

            def complete(self, text, word):
                if "NAME" not in usage or " " in text.lstrip() or not state.is_booted():
                    return []
                return [name for name in map(state.name, state.partitions()) if name.startswith(word)]

        Command(f"belfry {name}", gdb.COMMAND_USER)
        return function
    return define


@command("connect ADDRESS")
def connect(address):
    """Connect to a machine that waits for gdb.
    ADDRESS is a Unix socket or HOST:PORT. The machine will stop where its boot ends, before the first guest begins, and where
    a check of the hypervisor's own fails."""
    state.hypervisor()
    guests.show(None)
    guests.forget()
    gdb.execute(f"target remote {address}")
    # Hardware breakpoints: the loader has yet to write the code into which others would be put.
    gdb.execute("hbreak check_failed", to_string=True)
    if not state.is_booted():
        gdb.execute("thbreak cpu_loop", to_string=True)
        print("`continue` boots it, up to where the first guest would begin.")


@command("partitions")
def show_partitions():
    """Show each partition: its state, restarts, memory, and how its last life ended."""
    partitions = state.partitions()
    print(f"   {'':15} {'state':8} {'restarts':>8} {'memory':>10}  last end")
    for partition in partitions:
        memory = int(partition["config"]["mem"]) >> 10
        print(f"{int(partition['id']):2} {state.name(partition):15} {state.state(partition):8} {int(partition['restarts']):8} "
              f"{memory:9}K  {state.last_end(partition)}".rstrip())


@command("vcpus")
def show_vcpus():
    """Show each vCPU, and the CPU.
    `*` is the current one. `window` is in ticks, `upcall` the vector of which one is due, `rip` where the guest is."""
    partitions = state.partitions()
    print(f"  {'':15} {'state':8} {'window':>6} {'interrupts':10} {'upcall':>6}  rip")
    for partition in partitions:
        rip = state.registers(partition)["rip"]
        window = int(partition["config"]["window"]) or "-"
        print(f"{'*' if state.is_current(partition) else ' '} {state.name(partition):15} {state.state(partition):8} {window:>6} "
              f"{state.interrupts(partition):10} {state.next_upcall(partition):>6}  {rip:#x}{guests.name_of(partition, rip)}")
    for line in state.cpu():
        print(line)


def write_counters(who, kind, number, bits, counters):
    print(f"{who:15} {kind} {number} {bits}", *(f"{key} {value}" for key, value in counters.items()))


@command("irqs [NAME]")
def show_irqs(called=None):
    """Show the vectors of all partitions and the lines, or the vectors of NAME.
    Bits and counters are the monitor's. Of a vector: Granted, Registered, Masked, in Service, Pending; of a line: Open,
    Registered, Held, Waiting, leveL-triggered."""
    for partition in [state.find(called)] if called else state.partitions():
        for vector, bits, counters in state.vectors(partition):
            write_counters(state.name(partition), "vector", f"{vector:3}", bits, counters)
    for owner, line, bits, counters in [] if called else state.lines():
        write_counters(owner, "line", f"{line:5}", bits, counters)


@command("frame [NAME]")
def show_frame(called=None):
    """Show the registers of the current guest, or of NAME's."""
    partition = state.find(called) if called else state.current()
    if partition is None:
        raise gdb.GdbError("it is nobody's time: expected a name")
    print(f"{state.name(partition)}: {state.state(partition)}; {state.where(partition)}")
    values = state.registers(partition)
    rip = values.pop("rip")
    print(f"rip    {rip:#x}{guests.name_of(partition, rip)}")
    cells = [f"{register:6} {value:#x}" for register, value in values.items()]
    for at in range(0, len(cells), 4):
        print("".join(f"{cell:27}" for cell in cells[at:at + 4]).rstrip())


@command("trace [COUNT]")
def show_trace(count=None):
    """Show what the trace holds, or the newest COUNT records of it, as the monitor's `trace dump` does.
    `belfry trace` in a shell reads it. A system partition switches it on."""
    if count is not None and not count.isdigit():
        raise gdb.GdbError(f"{count}: expected how many records")
    for line in state.trace(None if count is None else int(count)):
        print(line)


@command("break NAME PLACE")
def break_in(called, place):
    """Set a breakpoint in one guest.
    PLACE is a function, FILE:LINE or *ADDRESS. Other guests that come to the same address go on."""
    partition = state.find(called)
    try:
        addresses = guests.places(partition, place)
    except gdb.error as problem:
        raise gdb.GdbError(f"{called}: {problem}") from None
    if not addresses:
        raise gdb.GdbError(f"{called}: {place} is no place in a guest")
    with guests.looked_up(partition):
        for address in addresses:
            gdb.execute(f"hbreak *{address:#x} if $partition() == {int(partition['id'])}")


@command("symbols NAME")
def show_symbols(called):
    """Load the symbols of NAME's image.
    A stop in a guest does so for that one."""
    guests.show(guests.file(state.find(called)))


class CurrentPartition(gdb.Function):
    """The number of the partition whose time it is, or -1: for conditions of breakpoints."""

    def __init__(self):
        super().__init__("partition")

    def invoke(self):
        partition = state.current() if state.is_booted() else None
        return -1 if partition is None else int(partition["id"])


CurrentPartition()
# The hook comes before gdb says where it has stopped; Python's event of a stop comes after that.
gdb.execute("define hook-stop\npython guests.follow()\nend")
