# SPDX-License-Identifier: BSD-2-Clause
"""Lines: level-triggered ones (PCI INTx), and edge-triggered ones that come too often (COM2)."""
import re

import pytest

from verdict import judge, said

# Slots whose INTA# the firmware brings to two lines, the lower slot to the lower line.
CARDS = {"pc": (0x5, 0x3), "q35": (0x4, 0x6)}


def serial_cards(slots):
    devices = []
    for n, slot in enumerate(sorted(slots)):
        devices += ["-chardev", f"null,id=card{n}", "-device", f"pci-serial,chardev=card{n},addr={slot:#x}"]
    return devices


def line_sums(log, line):
    """raised, held, spurious and unclaimed, as the summary says them."""
    found = re.search(rf"\r\nBelfry: line {line}: raised (\d+), held (\d+), spurious (\d+), unclaimed (\d+)\r\n", log)
    return tuple(int(number) for number in found.groups())


@pytest.mark.parametrize("machine", CARDS)
def test_level(boot, machine):
    """One occurrence while asserted, none lost, none twice; also over restarts in a service. Beside
    it somebody counts ticks."""
    ports = "ports=0xcf8-0xcff ports=0x20-0x21 ports=0xa0-0xa1 ports=0x4d0-0x4d1 ports=0xc000-0xffff"
    log = judge(boot([f"level.elf level line=10 line=11 fault=restart restarts=2 {ports}",
                      "tally.elf tally line=0 -- ms=20"],
                     hv="exit=idle unsafe-ports", machine=machine, icount=True,
                     devices=serial_cards(CARDS[machine])), ["level", "tally"])
    lives = [re.fullmatch(r"life raised (\d+): (\d+)", line) for line in said(log, "level")]
    for line in (10, 11):
        raised = [int(life[2]) for life in lives if life and int(life[1]) == line]
        assert len(raised) == 3 and line_sums(log, line) == (sum(raised), 0, 0, 0), log


@pytest.mark.parametrize("burst", [1, 2, 16, 1000])
def test_burst(boot, burst):
    """A line that comes too often is held back: each edge is counted, or held back with others."""
    log = judge(boot([f"burst.elf burst line=0 line=3 ports=0x2f8-0x2ff restarts=1 -- burst={burst}"],
                     hv=f"exit=idle burst={burst}", icount=True, devices=["-serial", "null"]), ["burst"])
    lives = [re.fullmatch(r"life raised (\d+) held (\d+)", line) for line in said(log, "burst")]
    sums = [(int(life[1]), int(life[2])) for life in lives if life]
    assert len(sums) == 2 and line_sums(log, 3) == tuple(map(sum, zip(*sums))) + (0, 0), log
