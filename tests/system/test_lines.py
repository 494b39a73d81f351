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


# What QEMU's 8259s were told, by its own trace of them.
ACCESS = re.compile(r"pic_(?:(interrupt) irq (\d+)|ioport_(read|write) master ([01]) addr 0x([01]) val 0x([0-9a-f]+))")
TRACE = ["-d", "trace:pic_interrupt,trace:pic_ioport_write,trace:pic_ioport_read"]


def ends(log):
    """For each interrupt its line and the accesses up to the master's EOI: (chip, register, value), None for a read."""
    line, accesses = None, []
    for interrupt, number, kind, master, address, value in ACCESS.findall(log):
        if interrupt:
            assert line is None, f"line {line}: no EOI before the next interrupt"
            line, accesses = int(number), []
        elif line is not None:
            accesses.append((1 - int(master), int(address), int(value, 16) if kind == "write" else None))
            if accesses[-1] == EOI[0]:
                yield line, accesses
                line = None


EOI = [(0, 0, 0x20), (1, 0, 0x20)]
COMMAND, MASKS = 0, 1


def test_end_of_interrupt(boot, tmp_path):
    """The slave's, then the master's; a level-triggered line is masked before; a tick takes one access."""
    ports = "ports=0xcf8-0xcff ports=0x20-0x21 ports=0xa0-0xa1 ports=0x4d0-0x4d1 ports=0xc000-0xffff"
    boot([f"level.elf level line=10 line=11 fault=restart restarts=2 {ports}",
          "frame.elf frame line=0 line=8 ports=0x70-0x71 -- wait=10 rtc=1",
          "pest.elf pest line=3 ports=0x2f8-0x2ff -- do=7 ms=40"],
         hv="exit=idle unsafe-ports", icount=True,
         devices=["-serial", "null", *serial_cards(CARDS["pc"]), *TRACE, "-D", str(tmp_path / "trace")]).wait()
    seen = dict.fromkeys((0, 3, 8, 10, 11), 0)
    for line, accesses in ends((tmp_path / "trace").read_text()):
        seen[line] += 1
        masks = [access for access in accesses if access[1] == MASKS]
        assert accesses == masks + (EOI[1:] if line >= 8 else []) + EOI[:1], (line, accesses)
        if line in (10, 11):
            assert any(chip == 1 and value and value >> line - 8 & 1 for chip, _, value in masks), (line, accesses)
        elif line != 3:  # which is held now and then
            assert masks == [], (line, accesses)
    assert min(seen.values()) > 2, seen
