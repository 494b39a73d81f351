# SPDX-License-Identifier: BSD-2-Clause
"""What belongs to the machine: an NMI is counted, a machine check stops it with a report."""
import re
import time

import pytest

from machine import STOPPED
from verdict import judge


def test_nmi(boot):
    """Counted, and nobody notices: not even the one it interrupts loses a tick."""
    booted = boot(["tally.elf a line=0 -- ms=8000", "tally.elf b line=0 -- ms=8000"], qmp=True, icount=True)
    booted.wait_for("^Belfry: a: ")
    for _ in range(50):
        booted.qmp("inject-nmi")
    log = judge(booted, ["a", "b"])
    assert re.search(r"\r\nBelfry: NMIs [1-9]\d*, interrupts that no line sent 0\r\n", log), log


def test_nmi_in_each_tss(boot):
    """Whichever partition runs: those beyond the seventh with ports have a TSS of their own."""
    booted = boot([f"pest.elf p{n} ports={0x310 + n} mem=128K -- ms=1500" for n in range(9)], hv="exit=idle quantum=1",
                  qmp=True, icount=True)
    booted.wait_for("^Belfry: p8: ")
    injected = {}
    while len(injected) < 2 or min(injected.values()) < 3:
        booted.qmp("stop")
        tss = re.search(r"^TR =0028 ([0-9a-f]+)", booted.monitor("info registers"), re.M)[1]
        injected[tss] = injected.get(tss, 0) + 1
        booted.qmp("inject-nmi")
        booted.qmp("cont")
    judge(booted)


def test_machine_check(boot):
    booted = boot(["steady.elf a line=0 -- ms=20000"], qmp=True, cpu="max", machine="q35")
    booted.wait_for("^Belfry: a: ")
    # Uncorrected, valid, enabled, in bank 0 (Intel SDM volume 3, section 15.3.2.2).
    booted.qmp_send("human-monitor-command", **{"command-line": "mce 0 0 0xb200000000000000 0x5 0 0"})
    log = judge(booted, expected=STOPPED)
    assert re.search(r"\r\nBelfry: stopped: machine check: #MC, error 0x0\r\n", log), log
    assert re.search(r"\r\nBelfry: rip=0x[0-9a-f]{16} cs=0x", log), log


@pytest.mark.parametrize("cpu", ["486", "qemu64,-lm", "qemu64,-nx"])
def test_old_cpu(boot, cpu):
    """A CPU without 64-bit mode or without NX: one line, and nothing but that."""
    booted = boot(["hello.elf a"], cpu=cpu)
    booted.wait_for("expected an x86-64 CPU$")
    time.sleep(0.2)
    assert booted.log == "\r\nBelfry: error: this CPU has no 64-bit mode with NX: expected an x86-64 CPU\r\n"
    assert booted.process.poll() is None


def test_no_timer(boot):
    """A machine whose 8254 does not count: the boot ends, and says why."""
    log = judge(boot(["hello.elf a"], machine="pc,pit=off"), expected=STOPPED)
    assert re.search(r"\r\nBelfry: the 8254 timer does not count: expected .*\r\n", log), log
