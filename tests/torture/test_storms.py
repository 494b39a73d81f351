# SPDX-License-Identifier: BSD-2-Clause
"""
Interrupts that come too often: ticks at the highest rate, a line whose device does not stop, an
owner that is away, slow, or never ends a service, a line that nobody was granted. Beside them
somebody counts ticks against the TSC, under icount. tests/guests/burst.c and level.c look at a line
tick by tick.
"""
import contextlib
import re
import socket

import pytest

from test_lines import line_sums
from verdict import judge, said

HOW = {"away": 0, "slow": 1, "never": 2, "serves": 3, "masked": 4}
COM2 = ["-serial", "null"]


def tally(ms, looks=4):
    return f"tally.elf tally line=0 -- ms={ms} looks={looks}"


def owner(how, line, ms):
    return f"owner.elf owner line={line} -- line={line} how={HOW[how]} us=50 until={ms}"


def check_owner(log, line):
    """What the owner said of its stats, when it had acknowledged all; what came after that, as it
    exited, is discarded. The hypervisor says the same of the line and of the partition."""
    found = re.fullmatch(r"raised (\d+) outstanding (\d+) held (\d+) upcalls (\d+)",
                         next(text for text in said(log, "owner") if text.startswith("raised ")))
    sums = dict(zip(("raised", "outstanding", "held", "upcalls"), map(int, found.groups())))
    total = re.search(r"\r\nBelfry: owner: .* raised (\d+), acknowledged (\d+), discarded (\d+)\r\n", log)
    raised, acknowledged, discarded = map(int, total.groups())
    assert line_sums(log, line)[0::3] == (raised, 0), log
    assert acknowledged == sums["raised"] and raised == acknowledged + discarded, log
    return sums, discarded


def run_storm(boot, how, storm, ms, hv):
    log = judge(boot([tally(ms - 5), owner(how, 3, ms), f"storm.elf storm ports=0x2f8-0x2ff -- {storm}"],
                     hv=f"exit=idle quantum=2 {hv}", icount=True, timeout=120, devices=COM2),
                ["tally", "owner", "storm"])
    sums, discarded = check_owner(log, 3)
    assert discarded <= 1 and line_sums(log, 3)[1] == sums["held"], log
    return sums


def test_ticks(boot):
    """Of line 0, at 20 kHz, beyond 16 bits: 70,000 in all."""
    judge(boot([tally(3500, looks=50)], hv="exit=idle hz=20000", icount=True, timeout=120), ["tally"])


@pytest.mark.parametrize("how", ["away", "never", "serves"])
def test_every_edge(boot, how):
    """Fewer than `burst=` in a tick: each of 66,000 is counted, beyond 8 and 16 bits."""
    sums = run_storm(boot, how, "edges=66000 pause=1200", 280, "burst=1000 hz=1000")
    assert sums["raised"] == 66000 and sums["held"] == 0, sums
    assert sums["outstanding"] == (0 if how == "serves" else 66000), sums


@pytest.mark.parametrize("burst, how", [(1, "away"), (1, "serves"), (16, "slow"), (16, "never"), (300, "masked")])
def test_held(boot, burst, how):
    """More: in a tick so many are counted as `burst=` says, and `held` counts that tick; the one that
    the controller latched meanwhile comes with the next."""
    sums = run_storm(boot, how, "to=40", 50, f"burst={burst} hz=5000")
    more = sums["raised"] - burst * sums["held"]
    assert sums["held"] > 40 and 0 <= more <= sums["held"] + 2 * burst, sums


# ---- a device as fast as the emulator can: QEMU's test interface moves the line from outside --------

class Wire:
    """One input of the 8259 pair."""

    def __init__(self, booted, line):
        tree = booted.qmp("human-monitor-command", **{"command-line": "info qom-tree"})
        controllers = re.findall(r"/(device\[\d+\]) \(isa-i8259\)", tree)
        self.booted = booted
        self.edge = "".join(f"set_irq_in /machine/unattached/{controllers[line // 8]} unnamed-gpio-in {line % 8} {level}\n"
                            for level in (1, 0)).encode()
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(str(booted.folder / "qtest"))

    def storm(self, until):
        """Edges until somebody said `until`: how many."""
        edges = 0
        with contextlib.suppress(ConnectionError):  # the machine has ended
            while edges % 256 or not any(re.match(until, line) for line in self.booted.lines):
                self.socket.sendall(self.edge * 16)
                answers = b""
                while answers.count(b"\n") < 32:
                    more = self.socket.recv(4096)
                    if not more:
                        return edges + 16
                    answers += more
                assert answers == b"OK\n" * 32, answers
                edges += 16
        self.socket.close()
        return edges + 16


def run_wire(boot, tmp_path, modules, line, names):
    path = tmp_path / "0" / "qtest"
    booted = boot(modules, hv="exit=idle hz=5000", icount=True, timeout=120, qmp=True,
                  devices=["-qtest", f"unix:{path},server=on,wait=off", "-qtest-log", "none"])
    booted.wait_for("^tally: ok 1 ")
    edges = Wire(booted, line).storm("tally: 1\\.\\.")
    assert edges > 500, f"no storm: {edges} edges"
    return judge(booted, names), edges


@pytest.mark.parametrize("how", ["away", "slow", "serves"])
@pytest.mark.parametrize("line", [5, 12])
def test_device(boot, tmp_path, line, how):
    log, edges = run_wire(boot, tmp_path, [tally(390), owner(how, line, 400)], line, ["tally", "owner"])
    sums, _ = check_owner(log, line)
    assert 100 < sums["raised"] <= edges, (edges, sums)


def test_nobodys_line(boot, tmp_path):
    """It stays closed."""
    log, _ = run_wire(boot, tmp_path, [tally(390), "hello.elf other line=6"], 5, ["tally"])
    assert line_sums(log, 5) == (0, 0, 0, 0), log
