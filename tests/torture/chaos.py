# SPDX-License-Identifier: BSD-2-Clause
"""
Boots chaos guests with a witness and a spy beside them, under icount, so that a seed gives the same
run each time; judges them, and counts what was done. The guests are in tests/torture/guests/.
"""
import collections
import os
import re
import subprocess
import time

import machine
import verdict

TRACE = 0x5A0  # QEMU's debug console: a letter for each deed, a newline for each life
COM2 = 0x2F8
CPUS, MACHINES, SCHEDULES = ("qemu64", "max"), ("pc", "q35"), ("round robin", "windows")
WORDS = "fault=restart restarts=1000000"
WATCHERS = ["witness", "spy"]
STUCK = 60  # seconds without a deed


def variant(seed):
    return CPUS[seed % 2], MACHINES[seed // 2 % 2], SCHEDULES[seed // 4 % 2]


def system(seed, ms):
    """The modules: one chaos guest with grants, one without any; `ms` of virtual time."""
    window = {"round robin": ["", ""], "windows": ["window=2", "window=6"]}[variant(seed)[2]]
    return [
        f"witness.elf witness line=0 vector=48 {window[0]} -- seed={seed} until={ms + 5}",
        f"chaos-{seed}.elf chaos mem=128K line=0 line=3 vector=48..55 ports={COM2}-{COM2 + 7} ports={TRACE} "
        f"{window[1]} {WORDS} -- seed={seed} until={ms} trace={TRACE} ports={COM2} vectors=1",
        f"chaos-{seed}.elf poor mem=128K {WORDS} -- seed={seed + 1000000} until={max(ms // 5, min(ms, 200))}",
        f"spy.elf spy mem=128K vector=48 {WORDS} -- lives={5 + ms // 50} yields=200",
    ]


class Outcome:
    """What one boot did. `deeds` counts letters of the trace, `faults` the kinds of the chaos guest's
    faults, `poor` those of the one without grants, whose deeds nobody counts. Who is `stuck` has
    spoiled itself so that it neither does anything nor faults, for good."""

    def __init__(self, trace, log, stuck):
        self.stuck = stuck
        lives = trace.split("\n")[1:]
        self.deeds = collections.Counter(trace.replace("\n", "").replace("W", ""))
        self.lives = len(lives)
        self.hung = trace.count("W")
        self.ended_by_call = sum(life.endswith(("R", "W")) for life in lives)
        self.faults, self.poor = (faults(log, name) for name in ("chaos", "poor"))
        self.restarts = restarts(log, "chaos")


def faults(log, name):
    return collections.Counter(
        found[1] for line in verdict.said(log, name)
        if (found := re.fullmatch(r"fault (bad \w+|#\w+) rip=\S+(?: addr=\S+)? outstanding=\d+, then restart", line)))


def restarts(log, name):
    found = re.search(rf"\r\nBelfry: {name}: exit code 0, restarts (\d+), ", log)
    return int(found[1]) if found else None


def check(outcome, log, trace):
    """What must hold besides the guests' own verdicts."""
    if "!" in trace or "GOT THROUGH" in log:
        raise verdict.Failure("an instruction that must be a fault was none")
    if outcome.stuck:
        return
    ends = sum(outcome.faults.values()) + outcome.ended_by_call
    if not outcome.lives - 1 == outcome.restarts == ends:
        raise verdict.Failure(f"{outcome.lives} lives, {outcome.restarts} restarts, {ends} ends that were told")
    for name, *sums in re.findall(r"\r\nBelfry: (\w+): exit code 0, restarts \d+, upcalls \d+, raised (\d+), "
                                  r"acknowledged (\d+), discarded (\d+)", log):
        raised, acknowledged, discarded = map(int, sums)
        if raised != acknowledged + discarded:
            raise verdict.Failure(f"{name}: raised {raised}, acknowledged {acknowledged}, discarded {discarded}")


def build(seed):
    folder = os.path.relpath(machine.BUILD, machine.ROOT)
    subprocess.run(["make", "-s", "-C", machine.ROOT, f"B={folder}", f"{folder}/guests/chaos-{seed}.elf"],
                   check=True)


def devices(trace):
    return ["-serial", "null", "-chardev", f"file,id=trace,path={trace}",
            "-device", f"isa-debugcon,iobase={TRACE},chardev=trace"]


def wait_or_end(booted, path):
    """Waits for the end; ends it, and answers True, where the others are done but nobody does a deed."""
    size, since = 0, time.monotonic()
    while booted.process.poll() is None:
        time.sleep(0.2)
        if size != path.stat().st_size:
            size, since = path.stat().st_size, time.monotonic()
        if time.monotonic() > since + STUCK:
            break
    stuck = booted.process.poll() is None and all(
        re.search(rf"\r\n{name}: 1\.\.\d+\r\n", booted.log) for name in WATCHERS)
    if stuck:
        booted.process.terminate()
    return stuck


def run(boot, folder, seed, ms, timeout=300):
    """Boots by boot(modules, …), as the fixture does."""
    path = folder / f"trace-{seed}"
    path.touch()
    cpu, kind, _ = variant(seed)
    booted = boot(system(seed, ms), hv=f"exit=idle hz=20000 quantum=1 burst={1 + seed % 40}", icount=True,
                  timeout=timeout, cpu=cpu, machine=kind, devices=[*devices(path), "-seed", str(seed)])
    stuck = wait_or_end(booted, path)
    if stuck:
        for name in WATCHERS:
            verdict.tap(verdict.said(booted.log, name), name)
    else:
        verdict.judge(booted, WATCHERS)
    trace = path.read_text()
    outcome = Outcome(trace, booted.log, stuck)
    try:
        check(outcome, booted.log, trace)
    except verdict.Failure as problem:
        raise verdict.Failure(f"{problem}\n{booted.report()}") from None
    return outcome


# ---- sweeps: all of a list, an item in each life; guests/chaos/sweep.c ------------------------------

WIDTHS = [1, 2, 4, 1, 2, 4, 1, 4, 2]  # of the accesses to a port, in their order in launch.asm
GRANTED = {*range(COM2, COM2 + 8), TRACE}
DATA, CODE, SS = {0, 1, 2, 3, *range(0x18, 0x1C)}, set(range(0x20, 0x24)), 4


def port_is_no_fault(item):
    port, width = item & 0xFFFF, WIDTHS[item >> 16]
    return all(byte in GRANTED for byte in range(port, port + width))


def selector_is_no_fault(item):
    selector, register = item & 0xFFFF, item >> 16
    return selector == 0x1B if register == SS else selector in DATA | CODE


# The number of each list, its length, and which of its items are no faults.
SWEEPS = {
    "ports": (1, 9 << 16, port_is_no_fault),
    "vectors": (2, 256, lambda item: item == 0x80),
    "msrs": (3, 1 << 16, lambda item: False),
    "selectors": (4, 5 << 16, selector_is_no_fault),
}


def sweep(boot, folder, what, step, timeout=300, cpu="max"):
    """Every `step`th item. Answers how many, and the kinds of the faults."""
    number, length, is_no_fault = SWEEPS[what]
    path = folder / f"trace-{what}"
    booted = boot(["tally.elf tally line=0 -- ms=50",
                   f"chaos-1.elf sweep mem=128K ports={COM2}-{COM2 + 7} ports={TRACE} {WORDS} -- sweep={number} "
                   f"step={step} until=10000000 trace={TRACE}"],
                  hv="exit=idle hz=20000", icount=True, timeout=timeout, cpu=cpu, devices=devices(path))
    log = verdict.judge(booted, ["tally"])
    lives = path.read_text(encoding="latin-1").split("\n")[1:-1]
    items = range(0, length, step)
    if len(lives) != len(items):
        raise verdict.Failure(f"{what}: {len(lives)} lives for {len(items)} items\n{booted.report()}")
    wrong = [hex(item) for item, life in zip(items, lives) if is_no_fault(item) != life.endswith(",")]
    if wrong:
        raise verdict.Failure(f"{what}: a fault, or none, where there should be the other: {wrong[:20]}")
    return len(items), faults(log, "sweep")
