# SPDX-License-Identifier: BSD-2-Clause
"""The monitor, typed at: what it shows agrees with what the others say, and what it orders happens."""
import re

import pytest

from gdb_stub import Stub, symbols
from machine import HUNG
from verdict import said


class Monitor:
    """A booted system with the monitor; commands are typed, and what it says up to its next prompt is read."""

    def __init__(self, booted):
        self.booted = booted
        booted.wait_for("^monitor: > ")
        self.seen = len(said(booted.log, "monitor"))

    def ask(self, command):
        self.booted.send(command.encode() + b"\r")
        while True:
            lines = said(self.booted.log, "monitor")
            at = next((n for n in range(self.seen - 1, len(lines)) if lines[n].endswith(command)), None)
            if at is not None and any(line.startswith(">") for line in lines[at + 1:]):
                self.seen = len(lines)
                return [line for line in lines[at + 1:] if not line.startswith(">")]
            assert self.booted.process.poll() is None, self.booted.report()


@pytest.fixture
def monitor(boot):
    return Monitor(boot(["hello.elf hello mem=128K", "clock.elf clock line=0 window=10",
                         "monitor.elf monitor system console window=10", "rogue.elf rogue mem=128K -- pause=1000000"],
                        hv="exit=idle"))


def table(lines):
    """Name → the words behind it."""
    return {line.split()[0]: line.split()[1:] for line in lines if line.strip() and not line.startswith(" ")}


def test_partitions(monitor):
    monitor.booted.wait_for("^clock: 00:00:01")
    shown = table(monitor.ask("partitions"))
    assert shown["hello"][:3] == ["stopped", "0", "128K"], shown
    assert shown["monitor"][0] == "running" and shown["clock"][0] in ("ready", "waiting"), shown
    shares = [float(words[-1].rstrip("%")) for words in shown.values()]
    assert len(shown) == 5 and 99 <= sum(shares) <= 100, shown


def test_orders(monitor):
    assert monitor.ask("start clock") == ["clock: it has not stopped"]
    assert monitor.ask("start nobody") == ["nobody: no partition is called so"]
    assert monitor.ask("stop") == ["stop: expected NAME after it"]
    assert monitor.ask("halt") == ["halt: no command; help says which there are"]
    monitor.booted.wait_for("^hello: Hello")
    while table(monitor.ask("partitions"))["hello"][0] != "stopped":
        pass
    assert monitor.ask("start hello") == ["hello: done"]
    while len(said(monitor.booted.log, "hello")) < 2:
        assert monitor.booted.process.poll() is None
    assert monitor.ask("stop clock") == ["clock: done"]
    while table(monitor.ask("partitions"))["clock"][0] != "stopped":
        pass
    before = len(said(monitor.booted.log, "clock"))
    assert monitor.ask("restart clock") == ["clock: done"]
    while len(said(monitor.booted.log, "clock")) == before:
        assert monitor.booted.process.poll() is None
    assert said(monitor.booted.log, "clock")[before].startswith("00:00:01")
    assert table(monitor.ask("partitions"))["clock"][1] == "1"


def test_irqs(monitor):
    monitor.booted.wait_for("^clock: 00:00:01")
    lines = monitor.ask("irqs")
    found = next(re.search(r"^clock +vector +32 gr-.. raised (\d+) acknowledged (\d+) discarded 0 outstanding (\d+) "
                           r"upcalls (\d+) held 0$", line) for line in lines)
    raised, acknowledged, outstanding, upcalls = map(int, found.groups())
    assert raised == acknowledged + outstanding and raised >= 1000 and upcalls <= raised, lines
    assert any(re.search(r"^clock +line +0 or---", line) for line in lines), lines
    assert any(re.search(r"^nobody +line +4 or---", line) for line in lines), lines
    assert [line.split()[0] for line in monitor.ask("irqs monitor")] == ["monitor"]


def test_windows(monitor):
    lines = monitor.ask("windows")
    assert lines[0].endswith("of a frame of 20 ticks"), lines
    assert set(table(lines)) == {"clock", "monitor"}, lines
    assert monitor.ask("windows now") == ["windows: expected nothing after it"]


def test_reboot(monitor):
    monitor.booted.send(b"rebott\x7f\x7fot\r")  # with two mistakes taken back
    assert monitor.booted.wait() == 0, monitor.booted.report()  # QEMU ends where the machine is reset
    assert "Belfry: monitor reboots the machine" in monitor.booted.lines


def test_without_the_grants(boot):
    booted = boot(["monitor.elf monitor console"])
    assert booted.wait() not in (0, HUNG)
    assert said(booted.log, "monitor") == ["expected the grants system and console"]


def test_input_for_two(boot):
    """Ctrl-A and a digit move what is typed from one to the other."""
    booted = boot(["monitor.elf one system console mem=128K", "monitor.elf two system console mem=128K"])
    booted.wait_for("^two: > ")
    booted.send(b"stop x\r\x011stop y\r\x010stop z\r")
    booted.wait_for("^one: z: no partition")
    assert [line for line in said(booted.log, "two") if "no partition" in line] == ["y: no partition is called so"]
    assert "Belfry: input is for two now" in booted.lines


LONGEST_CALL = 1000  # of the 2,000 instructions by which a window may come later


def instructions(stub, last):
    """How many are executed up to the one at `last`."""
    for count in range(10 * LONGEST_CALL):
        if stub["rip"] == last:
            return count
        stub.ask("s")
    raise AssertionError("the end was not reached")


def test_much_is_read_in_few_instructions(boot, tmp_path):
    """As much as can wait: it is typed in a turn of somebody else's, and read by one call."""
    call, wait, result = (symbols()[name] for name in ("console_read_call", "vcpu_wait_call", "hypercall_entry.result"))
    stub = Stub(tmp_path)
    booted = boot(["monitor.elf monitor system console mem=256K", "pest.elf pest -- do=0 ms=100000"],
                  hv="quantum=3000", devices=stub.options)
    stub.connect()
    stub.run_to(wait)
    stub.command(f"Z1,{call:x},1")
    stub.go()
    booted.send(b"x" * 300)
    assert stub.receive().startswith("T05")
    stub["rsi"] = 256
    count = instructions(stub, result)
    assert stub["rax"] == 256 and count < LONGEST_CALL, count
    stub.close()


def test_much_of_the_trace_is_read_in_few_instructions(boot, tmp_path):
    """As many records as one call reads."""
    call, result = (symbols()[name] for name in ("system_trace_call", "hypercall_entry.result"))
    stub = Stub(tmp_path)
    booted = boot(["monitor.elf monitor system console mem=256K"], hv="", devices=stub.options)
    stub.connect()
    stub.run_to(symbols()["vcpu_wait_call"])
    stub.command(f"Z1,{call:x},1")
    stub.go()
    booted.send(b"trace on\rpartitions\rtrace dump\r")
    for what in (1, 0, 2):
        assert stub.receive().startswith("T05") and stub["rdi"] == what
        if what != 2:
            stub.ask("s")
            stub.go()
    count = instructions(stub, result)
    assert stub["rax"] == 32 * 32 and count < LONGEST_CALL, count
    stub.close()
