# SPDX-License-Identifier: BSD-2-Clause
"""
When the windows of a partition begin, with an attacker beside it and without, under icount: each
pair of boots is the same up to what the attacker does, so that starts are compared by their TSC, to
the instruction. What is printed is the table in docs/assurance.md.
"""
import pytest

from test_time import COM2, HZ, PESTS
from verdict import judge, said

BOUND = 2000  # instructions
FROM, UNTIL = 40, 70  # ms after power-on; before that the others come up, or go
VICTIM = f"frame.elf victim window=2 line=0 -- from={FROM} until={UNTIL}"
# Many attackers at once, each with line 0: they all wake with each tick.
SLEEPERS = [f"sleeper.elf s{n} line=0 mem=128K -- ms=" for n in range(62)]


def pest(name, words, does, place, ms):
    """It aims at the ticks: one that is loaded again takes the longer slices later."""
    window = "window=1" if place == "window" else ""
    aim = 12000 if "restarts=" in words else 2000
    return f"pest.elf {name} {window} {words} -- {does} aim={aim} ms={ms}"


def attacker(what, place, ms):
    """The attacker's module; with ms=00 it exits before the first window that is looked at."""
    words, does = PESTS[what].split("-- ")
    return pest("pest", words.strip(), does, place, ms)


def crowd(place, ms):
    """All attackers, but for what only one can own, again and again: as many as there is room for beside two."""
    modules = []
    for n in range(6):
        for what, words in PESTS.items():
            words, does = words.split("-- ")
            if "line=" not in words and "ports=" not in words and "64M" not in words:
                memory = "" if "mem=" in words else "mem=128K "
                modules.append(pest(f"{what}{n}", memory + words.strip(), does, "idle", ms))
    return modules[:62]


def starts(boot, modules, hv="", hz=3 * HZ):
    idle = ["pest.elf gone window=1 -- ms=0"] if "window=1" not in "".join(modules) else []
    log = judge(boot([VICTIM, *idle, *modules], hv=f"exit=idle hz={hz} {hv}", memory="512M", icount=True,
                     timeout=60, devices=COM2), ["victim"])
    turns = [int(line.split()[1]) for line in said(log, "victim") if line.startswith("turn ")]
    assert len(turns) >= 40, log
    return turns


def compare(boot, what, attacked, alone, **options):
    """The first window, or the last, may be one of one boot alone."""
    one, other = starts(boot, attacked, **options), starts(boot, alone, **options)
    frame = other[1] - other[0]
    deviations = [a - b for a in one for b in other if abs(a - b) < frame / 2]
    assert len(deviations) >= max(len(one), len(other)) - 1, (one, other)
    print(f"{what}: {len(deviations)} windows, {min(deviations):+} to {max(deviations):+} instructions")
    assert max(map(abs, deviations)) <= BOUND, deviations


@pytest.mark.parametrize("place", ["window", "idle"])
@pytest.mark.parametrize("what", PESTS)
def test_start(boot, what, place):
    compare(boot, f"{what}, {place}", [attacker(what, place, UNTIL)], [attacker(what, place, "00")])


def test_crowd(boot):
    compare(boot, "crowd", crowd("idle", UNTIL), crowd("idle", "00"))


def test_sleepers(boot):
    """62 that wake with each tick, which is the longest path there is."""
    compare(boot, "62 sleepers", [words + "80" for words in SLEEPERS], [words + "00" for words in SLEEPERS])


@pytest.mark.parametrize("what", ["text", "newlines", "restart", "fault", "calls", "register"])
def test_both(boot, what):
    """Among them one whose deeds are slices of work, or long calls: a tick that comes meanwhile waits."""
    compare(boot, f"60 sleepers and {what}", [attacker(what, "idle", UNTIL), *(words + "80" for words in SLEEPERS[2:])],
            [attacker(what, "idle", "00"), *(words + "00" for words in SLEEPERS[2:])], hv="quantum=1", hz=HZ)
