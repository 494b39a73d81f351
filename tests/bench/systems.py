# SPDX-License-Identifier: BSD-2-Clause
"""Boots the systems that measure. Each count is made twice: by the guest's TSC, and in QEMU's trace of
the hypervisor; where they differ, nothing is believed."""
import collections
import functools
import statistics
import tempfile

import machine
import traces
import verdict
from image import Image
from traces import GATE, TICK, Trace

WORK = machine.BUILD / "bench"
PATHS = WORK / "paths"  # KEY.txt: what the path is made of
READABLE = 5000  # instructions
TIMEOUT = 100
# In calls.c's order.
CALLS = ["version", "unknown-call", "ack-none", "ack-some", "ack-part", "register", "unregister", "register-line",
         "unregister-line", "mask", "unmask", "raise", "stats", "poll", "version-traced", "raise-traced",
         "console-write", "second-vector"]
EMPTY_ENTRY = 1  # its own instructions, without INT
GUEST = ",0x400000..0x40ffff"
TICKS = ["tick-unregistered", "tick-disabled", "tick-outstanding", "tick-entry", "idle-entry"]


class Disagree(Exception):
    """The TSC and the trace."""


@functools.cache
def image():
    return Image(machine.BUILD / "belfry.debug")


def media(modules, hv):
    """QEMU's options. QEMU hands over the paths, and the boot skips them byte by byte: so that it costs the
    same in every folder, they are those below build/."""
    initrd = ",".join(machine.module(line).removeprefix(f"{machine.BUILD}/") for line in modules)
    return ["-kernel", "belfry.elf", "-append", f"exit=idle {hv}", "-initrd", initrd]


def boot(modules, hv, names=(), limit=None, ranges=""):
    """Answers what the console said, judged for `names`, and the trace: of all, or of the first `limit`
    instructions, where nobody is judged."""
    WORK.mkdir(parents=True, exist_ok=True)
    devices = ["-serial", "null", *traces.options(image().ranges() + ranges)]
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        with machine.Machine(folder, icount=True, timeout=TIMEOUT, media=media(modules, hv), devices=devices,
                             cwd=machine.BUILD) as booted:
            found = Trace(image(), booted.process.stderr, limit)
            if limit:
                booted.process.stderr.close()
                return None, found
            return verdict.judge(booted, names), found


def figures(log, name, key):
    """The samples of one line."""
    line = next(line for line in verdict.said(log, name) if line.startswith(f"{key} "))
    return [int(word) for word in line.split()[1:]]


def cost(found, paths):
    """INT is the guest's, and counts."""
    return sum(len(path) + (found.vector(path) == GATE) for path in paths)


def describe(found, path):
    """How much of it is whose; and instruction by instruction, where somebody may want to read that."""
    yield f"\n{len(path)} instructions"
    for name, count in collections.Counter(map(image().function, path)).most_common():
        yield f"{count:6} {name}"
    if len(path) <= READABLE:
        yield from ("", *found.listing(path))


def keep(found, key, paths):
    PATHS.mkdir(parents=True, exist_ok=True)
    lines = [line for path in paths for line in describe(found, path)]
    (PATHS / f"{key}.txt").write_text("\n".join([key, *lines, ""]))


def cost_of(found, key, instructions, paths, **more):
    """With what a count of instructions doesn't weigh."""
    keep(found, key, paths)
    return {"instructions": instructions, **more, **found.weights(paths)}


def weigh(found, key, vector, instructions, paths=None):
    """The figure of what is one path, the first such of all or of some."""
    wanted = instructions - (vector == GATE)
    for path in found.paths if paths is None else paths:
        if found.vector(path) == vector and len(path) == wanted:
            return cost_of(found, key, instructions, [path])
    raise Disagree(f"{key}: {instructions} by the TSC, but no such path in the trace")


def marked(found):
    """The paths between one mark and the next: the guest's first call, which it makes for nothing else."""
    mark = next(path for path in found.paths if found.vector(path) == GATE)
    parts = [[]]
    for path in found.paths:
        if path == mark:
            parts.append([])
        parts[-1].append(path)
    return parts[1:]


def calls():
    log, found = boot(["bench/calls.elf m system vector=48 vector=49 line=3"], "hz=19", "m")
    counts = {key: statistics.median_low(figures(log, "m", key)) for key in CALLS}
    counts["console-write"] = max(figures(log, "m", "console-write"))  # where the wire takes 16 bytes at once
    return {key: weigh(found, key, GATE, counts[key], paths) for key, paths in zip(CALLS, marked(found), strict=True)}


def weigh_trip(found, key, instructions, own):
    """A tick, `own` instructions of the guest's, IRQ_RETURN."""
    for tick, back in zip(found.paths, found.paths[1:]):
        vectors = [found.vector(tick), found.vector(back)]
        if vectors == [TICK, GATE] and cost(found, [tick, back]) == instructions - own:
            return cost_of(found, key, instructions, [tick, back], own=own)
    raise Disagree(f"{key}: {instructions} by the TSC, {own} of them the guest's, but no such paths in the trace")


def ticks():
    log, found = boot(["bench/ticks.elf m line=0"], "hz=20000", "m")
    samples = {key: figures(log, "m", key) for key in TICKS}
    counts = {key: statistics.median_low(samples[key]) for key in TICKS}
    counts["idle-entry"] = min(samples["idle-entry"])  # the others have a rounded period in them
    trip = statistics.median_low(figures(log, "m", "trip-assembly"))
    return {"trip-assembly": weigh_trip(found, "trip-assembly", trip, EMPTY_ENTRY),
            **{key: weigh(found, key, TICK, count) for key, count in counts.items()}}


def library():
    """The guest is traced too, so that its own instructions are known."""
    log, found = boot(["bench/lib_ticks.elf m line=0"], "hz=20000", ranges=GUEST)
    instructions = statistics.median_low(figures(log, "m", "trip-library"))
    for trip in zip(found.paths, found.paths[1:], found.paths[2:]):
        tick, handler, back = trip
        if [found.vector(path) for path in trip] == [TICK, None, GATE] and sum(map(len, trip)) == instructions:
            return {"trip-library": cost_of(found, "trip-library", instructions, [tick, back], own=len(handler) - 1)}
    raise Disagree(f"trip-library: {instructions} by the TSC, but no such paths in the trace")


# ---- a tick for many ------------------------------------------------------------------------------

ACKNOWLEDGES, IGNORES, WAITS, HAS_NOTHING = 1, 2, 3, 4  # as fan.c says


def fan(count, role):
    return [*(f"bench/fan.elf o{i} mem=128K line=0 -- role={role} ms=15" for i in range(count - 1)),
            "bench/fan.elf m mem=128K line=0"]


def tick_for(key, count, role):
    log, found = boot(fan(count, role), "hz=5000", "m")
    return {key: weigh(found, key, TICK, statistics.median_low(figures(log, "m", "tick")))}


def window_end():
    """From the last look at the TSC before the end of one's window to the first look after it in the
    other's: the least is where neither spent an instruction on anything else."""
    log, found = boot(["bench/window.elf m window=1", "bench/window.elf n window=1"], "hz=20000")
    turns = {name: [tuple(map(int, line.split()[1:])) for line in verdict.said(log, name)
                    if line.startswith("turn ")] for name in "mn"}
    backs = {"m": [back for _, back in turns["n"]], "n": [back for _, back in turns["m"]]}
    between = [min(back for back in backs[name] if back > lost) - lost - 1
               for name in "mn" for lost, _ in turns[name] if lost < max(backs[name])]
    return {"window-end": weigh(found, "window-end", TICK, min(between))}


def switch(key, traced):
    log, found = boot([f"bench/pair.elf m mem=128K system -- trace={traced:d}", "bench/pair.elf n mem=128K"], "hz=19", "mn")
    return {key: weigh(found, key, GATE, statistics.median_low(figures(log, "m", "two-switches")) // 2)}


# ---- the trace alone --------------------------------------------------------------------------------

def first(mem):
    """The boot of one partition, up to its first instruction; what measures the TSC is not counted."""
    _, found = boot([f"bench/first.elf m mem={mem}"], "hz=19")
    return {f"boot-{mem}": cost_of(found, f"boot-{mem}", len(found.paths[0]), found.paths[:1])}


def waiters(count):
    return [f"bench/fan.elf o{i} mem=128K line=0 -- role={WAITS} ms=1000" for i in range(count)]


def bad(first, words="", flood=False):
    return (f"bench/bad.elf b{first} mem=128K vector=48..111 fault=restart restarts=1000000 {words} "
            f"-- first={first} flood={flood:d}")


BAD = {
    "64 wait for each tick": (waiters(64), "hz=5000"),
    "63 wait while two windows take turns": (
        ["pest.elf w mem=128K window=1 -- do=0 ms=1000",
         f"bench/fan.elf v mem=128K window=1 line=0 -- role={WAITS} ms=1000", *waiters(62)], "hz=5000"),
    "bad guests in windows": ([bad(n, f"window=2 line={3 * (n == 3)}", flood=n == 0) for n in range(4)], "hz=20000"),
    "bad guests beside waiting ones": (
        [bad(1), "pest.elf ring mem=128K line=3 ports=0x2f8-0x2ff -- do=7 ms=1000", *waiters(8)], "hz=20000"),
}
LIMIT = 4000000


def worst(name):
    modules, hv = BAD[name]
    _, found = boot(modules, hv, limit=LIMIT)
    part = found.longest()
    functions = collections.Counter(map(image().function, part)).most_common(3)
    path = ", ".join(f"{function} {count}" for function, count in functions)
    return {name: cost_of(found, name.replace(" ", "-"), len(part), [part], system=name, path=path)}
