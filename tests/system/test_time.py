# SPDX-License-Identifier: BSD-2-Clause
"""
Time, under icount: a nanosecond of the TSC is an instruction, and the 8254 is exact. Ticks counted
against the TSC, whoever the neighbours are; and the cyclic frame, whose windows begin at ticks.
"""
import re
from fractions import Fraction

import pytest

from machine import NOT_ALL_EXITED
from test_config import image, segment, write_images
from verdict import judge, said

# Deeds of the guest `pest`, and the words of its partition.
PESTS = {
    "spin": "-- do=0",
    "text": "-- do=1 fill=120",
    "newlines": "-- do=1 fill=10",
    "escapes": "-- do=1 fill=1",
    "calls": "vector=48 -- do=2",
    "raise": "vector=48 -- do=3",
    "yield": "-- do=4",
    "restart": "mem=128K restarts=1000000 -- do=5",
    "restart-64m": "mem=64M restarts=1000000 -- do=5",
    "fault": "mem=128K fault=restart restarts=1000000 -- do=6",
    "fault-64m": "mem=64M fault=restart restarts=1000000 -- do=6",
    "ring": "line=3 ports=0x2f8-0x2ff -- do=7",
    "port": "ports=0x2f8-0x2ff -- do=8",
    "return": "-- do=9",
    "register": "line=3 vector=48..55 -- do=10",
    "system": "system -- do=11",
}
COM2 = ["-serial", "null"]


def pest(what, name="pest", words="", ms=60):
    return f"pest.elf {name} {words} {PESTS[what]} ms={ms}"


# ---- ticks ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("hz, ms", [(19, 600), (100, 200), (1000, 200), (20000, 100)])
def test_ticks(boot, hz, ms):
    """Three partitions have line 0: each counts all its ticks."""
    judge(boot([f"tally.elf {name} line=0 -- ms={ms} looks=4" for name in "abc"],
               hv=f"exit=idle hz={hz}", icount=True), "abc")


@pytest.mark.parametrize("what", PESTS)
def test_ticks_beside(boot, what):
    """At the highest rate a tick is missed soonest."""
    judge(boot(["tally.elf a line=0 -- ms=30", "tally.elf b line=0 -- ms=30", pest(what)],
               hv="exit=idle hz=20000", memory="512M", icount=True, devices=COM2), "ab")


@pytest.mark.parametrize("hz, ms", [(1000, 200), (20000, 30)])
def test_ticks_beside_all(boot, hz, ms):
    """All of them at once, but those that want what `ring` has, and some that exit. (In turns of one tick,
    nobody would see it come.)"""
    modules = ["tally.elf a line=0 -- looks=4 ms=%d" % ms, "tally.elf b line=0 -- looks=4 ms=%d" % ms]
    modules += [pest(what, name=what, ms=ms + 20) for what in PESTS if what not in ("port", "register")]
    modules += [pest("spin", name=f"exit{n}", ms=10 + 5 * n) for n in range(5)]
    judge(boot(modules, hv=f"exit=idle hz={hz} quantum=2", memory="512M", icount=True, devices=COM2), "ab")


RESTART = b"\xb8\x0d\x00\x00\x00\xcd\x80"  # mov eax, 13 (PARTITION_RESTART); int 0x80
HEADERS = 60000


def large_images():
    """Guests that restart as soon as they run; the first has a large file, the second as many headers."""
    behind = 64 + 56 * (HEADERS + 1)
    return {
        "file": image([segment(file_size=4 << 20, size=4 << 20)], code=RESTART + bytes(4 << 20)),
        "headers": image([segment(kind=0)] * HEADERS + [segment(offset=behind, file_size=len(RESTART))], code=RESTART),
    }


@pytest.mark.parametrize("name", large_images())
def test_ticks_beside_large(boot, tmp_path, name):
    line = write_images(tmp_path, {name: large_images()[name]})[name]
    judge(boot(["tally.elf a line=0 -- ms=30", f"{line} mem=8M restarts=5"], hv="exit=idle hz=20000", icount=True),
          "a", NOT_ALL_EXITED)


# ---- the cyclic frame -----------------------------------------------------------------------------

HZ = 5000
TICK = Fraction(round(1193182 / HZ) * 10**9, 1193182)  # ns
SOON = 2000  # instructions: the bound of every path
STEP = 30  # from one look at the TSC to the next, at most


class Turns:
    """What `frame` said of one partition; its turns as (start, end) in ns of the TSC."""

    def __init__(self, log, name):
        lines = said(log, name)
        self.tick = int(next(line for line in lines if line.startswith("tick ")).split()[1])
        self.turns = [tuple(map(int, found.groups())) for line in lines
                      if (found := re.fullmatch(r"turn (\d+) (\d+)", line))]
        assert len(self.turns) > 8, f"{name}: {len(self.turns)} turns"


class Frame:
    """The cyclic frame, `length` ticks; it begins where the turn of `first` does."""

    def __init__(self, length, first):
        self.length, self.first = length, first
        self.zero = first.tick + self.ticks(first.turns[0][0])[0] * TICK

    def ticks(self, tsc):
        """Whole ticks from `first`'s tick on, and the rest in ns."""
        ticks = Fraction(tsc - self.first.tick) / TICK
        return ticks // 1, ticks % 1 * TICK

    def place(self, tsc):
        """The tick in the frame, and the rest in ns."""
        ticks = Fraction(tsc - self.zero + STEP) / TICK
        return ticks // 1 % self.length, ticks % 1 * TICK - STEP


def run_frame(boot, modules, names, hv="", **options):
    log = judge(boot(modules, hv=f"exit=idle hz={HZ} {hv}", icount=True, **options), names)
    return [Turns(log, name) for name in names]


def check_windows(frame, turns, start, length):
    """Each turn is one whole window, from the tick on, in each frame one."""
    for begin, end in turns.turns:
        tick, late = frame.place(begin)
        assert tick == start and late <= SOON, f"a window began {late} ns after tick {tick} of the frame"
        assert length * TICK - SOON - STEP <= end - begin + late <= length * TICK + STEP, f"it was {end - begin} ns"
    for (one, _), (other, _) in zip(turns.turns, turns.turns[1:]):
        assert abs(other - one - frame.length * TICK) <= SOON, f"{other - one} ns from window to window"


def test_windows(boot):
    """In the order of the modules; each as long as it says; nothing for the one without."""
    a, b, d = run_frame(boot, ["frame.elf a window=3 line=0", "frame.elf b window=5 line=0",
                               pest("spin", name="c"), "frame.elf d window=2 line=0"], "abd")
    frame = Frame(10, a)
    check_windows(frame, a, 0, 3)
    check_windows(frame, b, 3, 5)
    check_windows(frame, d, 8, 2)


def check_filled(*all_turns):
    """Together they leave nothing unused: from each turn's end to the next one's start, whoever's,
    it is one switch. (Who was interrupted for less than his `gap` has seen one turn, not two.)"""
    turns = sorted(turn for turns in all_turns for turn in turns.turns)
    used = turns[0][1]
    for start, end in turns[1:]:
        assert start - used <= SOON + 2 * STEP, f"{start - used} ns from {used} on nobody's"
        used = max(used, end)


def test_idle_filled(boot):
    """An owner that waits leaves the CPU to those without a window, and takes it back at each tick
    of its window, at no other; the window of one that has exited is theirs too."""
    a, c, e = run_frame(boot, ["frame.elf a window=4 line=0 -- wait=50", "pest.elf b window=3 -- ms=0",
                               "frame.elf c line=0 -- gap=5000", "frame.elf e line=0 -- gap=5000"],
                        "ace", hv="quantum=2")
    frame = Frame(7, a)
    places = [frame.place(start) for start, _ in a.turns]
    assert [int(tick) for tick, _ in places] == [n % 4 for n in range(len(places))], places
    assert all(late <= SOON for _, late in places), places
    check_filled(a, c, e)
    used = [sum(end - start for start, end in turns.turns) for turns in (c, e)]
    assert max(used) < 1.2 * min(used), used


def test_idle_shared(boot):
    """An owner of the whole frame that each tick wakes: the tick is a part of the turn that it
    interrupts, so that those without a window have their turns in what the owner leaves."""
    log = judge(boot(["frame.elf a window=4 line=0 -- wait=50", "turns.elf c -- n=40", "turns.elf e -- n=40"],
                     hv=f"exit=idle hz={HZ} quantum=2", icount=True), "ace")
    starts = sorted((int(line.split()[1]), name) for name in "ce" for line in said(log, name) if line.startswith("turn "))
    order = "".join(name for _, name in starts)
    assert "ccee" * 5 in order, order


def test_owner_takes_back(boot):
    """An owner that becomes ready in the midst of a tick takes the CPU back at once: by the clock's
    line, 8192 times a second. Outside of its window it does not."""
    a, c = run_frame(boot, ["frame.elf a window=4 line=0 line=8 ports=0x70-0x71 -- wait=10 rtc=1",
                            "pest.elf b window=3 -- ms=0", "frame.elf c line=0 -- gap=5000"],
                     "ac", hv="unsafe-ports")
    frame = Frame(7, c)
    places = [frame.place(start) for start, _ in a.turns]
    # Not those that were due before: with the window's first tick, or with the end of its work.
    woken = [start for (_, late), (_, end), (start, _) in zip(places[1:], a.turns, a.turns[1:])
             if late > SOON and start > end + SOON]
    # The clock's period is no multiple of the tick's; where in it the line rises is the emulator's.
    late = [(start - woken[0] + SOON) % Fraction(4 * 10**9, 32768) for start in woken]
    assert len(late) > 50 and max(late) - min(late) <= SOON, [float(n) for n in late]
    ticks = {int(tick) for tick, _ in places}
    assert len(ticks) == 4, f"the owner of 4 ticks of 7 ran in {ticks}"
    check_filled(a, c)


@pytest.mark.parametrize("others", [True, False])
def test_yield_in_window(boot, others):
    """The owner has its turn back in the next frame, whether or not somebody uses the rest; those
    without a window do."""
    yielded = Fraction(3, 2) * TICK
    modules = [f"frame.elf a window=5 line=0 -- yield={int(yielded / 1000)}", "frame.elf b window=2 line=0"]
    if not others:
        a, b = run_frame(boot, modules, "ab")
    else:
        a, b, c = run_frame(boot, [*modules, "frame.elf c line=0"], "abc")
    frame = Frame(7, a)
    for start, end in a.turns:
        tick, late = frame.place(start)
        assert tick == 0 and late <= SOON and abs(end - start - yielded) <= SOON, (tick, late, end - start)
    assert all(abs(n - m - 7 * TICK) <= SOON for (m, _), (n, _) in zip(a.turns, a.turns[1:])), a.turns
    check_windows(frame, b, 5, 2)
    if others:
        check_filled(a, b, c)


@pytest.mark.parametrize("place", ["window", "idle"])
@pytest.mark.parametrize("what", PESTS)
def test_deviation(boot, what, place):
    """However bad its neighbour, in a window of its own or in another's that is idle, a window
    begins soon after its tick. The neighbour aims at the tick, where its deed lets it."""
    neighbours = {"window": [pest(what, words="window=1") + " aim=5000"],
                  "idle": ["pest.elf gone window=1 -- ms=0", pest(what) + " aim=5000"]}
    log = judge(boot([f"frame.elf victim window=2 line=0 -- until=50 punctual={SOON}", *neighbours[place]],
                     hv=f"exit=idle hz={3 * HZ}", memory="512M", icount=True, devices=COM2), ["victim"])
    print(next(line for line in said(log, "victim") if "turns began" in line))
