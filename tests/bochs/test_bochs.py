# SPDX-License-Identifier: BSD-2-Clause
"""The ISO on a second, independent PC: each entry of its menu, each on a CPU of another maker or generation."""
import re

import pytest

import bochs
import test_iso
from test_samples import attempts_in_source

# With SMEP, SMAP and UMIP; AMD's, without UMIP; an old one that has NX alone.
INTEL, AMD, OLD = "corei7_icelake_u", "ryzen", "p4_prescott_celeron_336"


@pytest.fixture
def menu(tmp_path):
    """menu(cpu) boots up to GRUB's menu."""
    started = []

    def start(cpu):
        started.append(bochs.Bochs(tmp_path, cpu))
        started[-1].wait_for("Belfry: self-test with a cyclic frame")
        return started[-1]

    yield start
    for booted in started:
        booted.__exit__()


def judge_selftest(booted):
    """As in QEMU; and the summary came whole, though a byte takes its time here."""
    names, log = test_iso.judge_selftest(booted, "Bochs")
    assert re.search(r"\r\nBelfry: of (\d+) partitions \1 exited with code 0, 0 did not\r\n$", log), log[-200:]
    return names, log


def test_selftest(menu):
    booted = menu(INTEL)
    booted.send(b"s")
    _, log = judge_selftest(booted)
    assert ", NX SMEP SMAP UMIP\r\n" in log and ", window" not in log


def test_selftest_cyclic(menu):
    booted = menu(AMD)
    booted.send(b"f")
    names, log = judge_selftest(booted)
    assert ", NX SMEP SMAP\r\n" in log
    assert len(re.findall(r"\r\nBelfry: [^:]+: mem .*, window 2\b", log)) == len(names), log


def test_demo(menu):
    """Each guest has its say; the rogue tries all that it can think of, SSE's own exception (which QEMU never
    raises) included, and gets nowhere."""
    booted = menu(OLD)
    booted.send(test_iso.ENTER)
    booted.wait_for(r"Belfry: version [\d.]+, 25\d MiB of memory, NX$")
    booted.wait_for(r"^hello: Hello from partition 0")
    booted.wait_for(r"^keyboard: type; Esc ends me")
    booted.wait_for(r"^echo: waiting for somebody")
    booted.com2.send(b"over here\r")
    booted.wait_for(r'^echo: received "over here"')
    assert b"\r\nyou said: over here\r\n> " in booted.com2.path.read_bytes()
    booted.wait_for(rf"^rogue: {attempts_in_source()} attempts, and still in here")
    lines = [line for line in booted.lines if line.startswith("rogue: ")]
    ended = [line for line in lines if re.search(r"fault .*, then restart$|no effect, as should be$", line)]
    assert len(ended) == attempts_in_source(), "\n".join(lines)
    assert any("fault #XM" in line for line in ended), "\n".join(lines)
    booted.wait_for(r"^clock: 00:00:40  100[01] ticks in 20\d upcalls, at most 41 in one")


def test_monitor(menu):
    """What is typed comes in by this 16550's interrupt, too; and after the reset by this 8042 the menu's first entry
    is booted. (Of Bochs's Intel CPUs, the ones with VMX do not come so far: their reset leaves an MSR locked that its
    BIOS writes.)"""
    booted = menu(AMD)
    booted.send(b"m")
    booted.wait_for("^monitor: > ")
    booted.send(b"restart hello\r")
    booted.wait_for("^monitor: hello: done")
    booted.send(b"reboot\r")
    booted.wait_for("^keyboard: type; Esc ends me")
    assert "\r\nBelfry: monitor reboots the machine\r\n" in booted.log
