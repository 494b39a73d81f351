# SPDX-License-Identifier: BSD-2-Clause
"""The frame, and how long an occurrence waits: what hv/schedule.c does, derived in docs/manual.md and tried against
it by tests/kit/test_waits.py."""

PIT_HZ = 1193182
LINES = range(32, 48)
CONSOLE = 255
# Instructions: by how many the start of a window can be moved (docs/assurance.md), and those from an interrupt to the
# entry of a guest that did not run (docs/performance.md). Both measured; rounded up.
OWN_PATHS = 2300

NO_BOUND = "none: runs in what the owners of windows leave idle"


def tick_seconds(facts):
    return facts["divisor"] / PIT_HZ


def frame(facts):
    """The windows of the cyclic frame, in order: (partition's name, first tick, ticks)."""
    windows, start = [], 0
    for partition in facts["partitions"]:
        if partition["window"]:
            windows.append((partition["name"], start, partition["window"]))
            start += partition["window"]
    return windows


def longest_away(facts, partition):
    """For how many ticks at most the partition may want the CPU and not have it: while it never yields, and where it
    does. None: without bound."""
    total = sum(ticks for _, _, ticks in frame(facts))
    if partition["window"]:
        return total - partition["window"], total
    if total:
        return None
    turns = (len(facts["partitions"]) - 1) * facts["quantum"]
    return turns, turns


def waits(facts):
    """For each vector that is granted, how long an occurrence waits at most until it is delivered."""
    found = []
    for partition in facts["partitions"]:
        away = longest_away(facts, partition)
        for vector in partition["vectors"]:
            # Virtual vectors are raised by the partition itself, while it runs; but what is typed comes at any time.
            typed = vector == CONSOLE and partition["console"]
            bound = away if vector in LINES or typed else (0, 0)
            found.append({"partition": partition["name"], "vector": vector,
                          "line": vector - 32 if vector in LINES else None,
                          "ticks": bound and bound[0], "ticks_after_yield": bound and bound[1],
                          "seconds": bound and bound[0] * tick_seconds(facts)})
    return found
