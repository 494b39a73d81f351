# SPDX-License-Identifier: BSD-2-Clause
"""Each kind of fault, each policy, and how a boot ends."""
import re

import pytest

from verdict import judge, said
from machine import ALL_EXITED, NOT_ALL_EXITED, STOPPED

REPORT = r"fault (#[A-Z]{2}|bad frame|bad stack) rip=0x[0-9a-f]+(?: addr=0x[0-9a-f]+)? outstanding=\d+"


def check_kinds(log, guest):
    """The guest announces `try NAME: WHAT rip=… addr=… outstanding=…`; the next line reports it."""
    lines = said(log, guest)
    tries = [at for at, line in enumerate(lines) if line.startswith("try ")]
    assert len(tries) > 20
    for at in tries:
        name, _, expected = lines[at][4:].partition(": ")
        what, _, rest = expected.partition(" rip=") if "rip=" in expected else expected.partition(" outst")
        report = lines[at + 1]
        assert re.fullmatch(f"{REPORT}, then restart", report), f"{name}: {report}"
        found = re.match(r"fault (#?\w+(?: \w+)?) rip", report)[1]
        assert found in what.split("|"), f"{name}: {report}, expected {expected}"
        tail = f"rip={rest}," if "rip=" in expected else f"outst{rest},"
        assert tail in report, f"{name}: {report}, expected {expected}"


@pytest.mark.parametrize("guest, options", [
    ("faults", {}),
    ("faults", {"machine": "q35", "cpu": "max"}),
    ("faults", {"cpu": "Nehalem"}),
    ("badframe", {}),
])
def test_kinds(boot, guest, options):
    booted = boot([f"{guest}.elf {guest} fault=restart restarts=1000 vector=48 "], **options)
    check_kinds(judge(booted, [guest]), guest)


def test_stop(boot):
    """Policy stop, the default: one report, and the others go on."""
    log = judge(boot(["stumble.elf a -- fault=1", "steady.elf b line=0"], icount=True), ["b"], NOT_ALL_EXITED)
    assert re.search(rf"\r\na: {REPORT}, then stop\r\n", log), log
    assert log.count("a: life") == 1, log


@pytest.mark.parametrize("words, lives", [("restarts=2", 3), ("", 4), ("restarts=0", 1)])
def test_restart_policy(boot, words, lives):
    """Policy restart: up to restarts= times, 3 by default, then stop; nobody misses a tick."""
    log = judge(boot([f"stumble.elf a fault=restart {words} -- fault=1 after=10000",
                        "steady.elf b line=0"], icount=True), ["b"], NOT_ALL_EXITED)
    lines = said(log, "a")
    assert [line for line in lines if line.startswith("life")] == [f"life {n}" for n in range(lives)]
    assert len(re.findall(r"\r\na: fault #UD .*, then restart\r\n", log)) == lives - 1, log
    assert re.fullmatch(rf"{REPORT}, then stop", lines[-1]), log


def test_halt(boot):
    """Policy halt: the machine stops with a report, and a summary as at each end with exit=idle."""
    log = judge(boot(["stumble.elf a fault=halt vector=48 -- raise=5 ack=2 after=20000 fault=1", "stumble.elf b -- exit=4",
                      "steady.elf c line=0 -- ms=60000"], icount=True), expected=STOPPED)
    assert re.search(rf"\r\na: {REPORT}, then halt\r\nBelfry: halted: a ", log), log
    assert "\r\nBelfry: a: fault #UD, restarts 0, upcalls 0, raised 5, acknowledged 2, discarded 3\r\n" in log, log
    assert "\r\nBelfry: b: exit code 4, restarts 0, upcalls 0, raised 0, acknowledged 0, discarded 0\r\n" in log, log
    assert re.search(r"\r\nBelfry: c: not ended, restarts 0, upcalls [1-9]\d*, raised [1-9]\d*, ack", log), log
    assert re.search(r"\r\nBelfry: line 0: raised [1-9]\d*, held 0, spurious 0, unclaimed \d+\r\n", log), log


def test_calls_count_with_faults(boot):
    """PARTITION_RESTART counts against restarts= with the faults, whatever the policy."""
    log = judge(boot(["stumble.elf a restarts=2 -- restart=1"]), expected=NOT_ALL_EXITED)
    assert [line for line in said(log, "a") if line.startswith("life")] == ["life 0", "life 1", "life 2"]


@pytest.mark.parametrize("code, status", [(0, ALL_EXITED), (1, NOT_ALL_EXITED), (1 << 32, NOT_ALL_EXITED)])
def test_exit_code(boot, code, status):
    log = judge(boot([f"stumble.elf a -- exit={code}", "stumble.elf b"]), expected=status)
    assert re.search(rf"Belfry: a: .*\b{code}\b", log), log


def test_outstanding_in_report(boot):
    log = judge(boot(["stumble.elf a vector=48 -- raise=7 ack=2 fault=1"]), expected=NOT_ALL_EXITED)
    assert "outstanding=5, then stop" in log, log


def test_summary(boot):
    """Before the end: how each partition ended and its sums over all its lives, then the lines."""
    log = judge(boot(["stumble.elf a vector=48 -- raise=7 ack=7",
                        "stumble.elf b vector=48 fault=restart restarts=2 -- raise=5 ack=1 fault=1",
                        "stumble.elf c vector=48 restarts=1 -- restart=1",
                        "stumble.elf d vector=48 -- raise=9 ack=4 unregister=1 exit=5",
                        "steady.elf e line=0 -- ms=50"], icount=True), expected=NOT_ALL_EXITED)

    def line(name):
        return next(line for line in log.split("\r\n") if line.startswith(f"Belfry: {name}: ") and "raised" in line)

    def sums(name):
        return {key: int(number) for key, number in re.findall(r"(\w+) (\d+)", line(name))}

    assert log.endswith("\r\nBelfry: of 5 partitions 2 exited with code 0, 3 did not\r\n"), log
    assert sums("a").items() >= {"restarts": 0, "upcalls": 0, "raised": 7, "acknowledged": 7, "discarded": 0}.items()
    assert sums("b").items() >= {"restarts": 2, "upcalls": 0, "raised": 15, "acknowledged": 3}.items()
    assert sums("c").items() >= {"restarts": 1, "raised": 0}.items()
    assert sums("d").items() >= {"raised": 9, "acknowledged": 4, "discarded": 5}.items()
    ticks = sums("e")
    assert ticks["raised"] >= ticks["acknowledged"] > 40 and ticks["upcalls"] > 40
    assert "#UD" in line("b") and "5" in line("d"), log
    tick = re.search(r"Belfry: line 0: raised (\d+), held 0, spurious 0, unclaimed \d+", log)
    assert tick and int(tick[1]) >= ticks["raised"], log
    for number in (1, 3, 4, 7, 15):
        assert re.search(rf"Belfry: line {number}: raised 0, held 0, spurious \d+, unclaimed \d+", log), log
