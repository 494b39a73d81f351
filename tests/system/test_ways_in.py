# SPDX-License-Identifier: BSD-2-Clause
"""The ways in, looked at from outside, by QEMU's gdb stub: what each brings the hypervisor's functions."""
import re
import struct

import pytest

from gdb_stub import Stub, symbols
from machine import NOT_ALL_EXITED
from verdict import judge, said

DF, AC = 1 << 10, 1 << 18
FRAME_RIP, FRAME_RFLAGS = 17 * 8, 19 * 8  # struct frame of include/hv/frame.h
NMI_RFLAGS = (1 + 5 + 2 + 2) * 8  # above trap_nmi()'s RSP: its return address, five registers, two words, RIP, CS


@pytest.fixture
def stub(tmp_path):
    stub = Stub(tmp_path)
    yield stub
    stub.close()


def number(stub, address):
    return int.from_bytes(stub.read(address, 8), "little")


class Dirty:
    """The guest `dirty`, stopped at each way in."""

    def __init__(self, boot, stub, cpu, traced):
        self.stub, self.names = stub, symbols()
        self.booted = boot([f"dirty.elf dirty system line=0 line=3 ports=0x2f8-0x2ff -- trace={traced:d}"], cpu=cpu, qmp=True,
                           devices=[*stub.options, "-serial", "null"])
        stub.connect()

    def guests(self, offset):
        """A word of the guest's frame."""
        return number(self.stub, number(self.stub, self.names["cpu"]) + offset)

    def run_to(self, function):
        """Up to where the guest, with both flags set, has called or was interrupted."""
        for _ in range(1000):
            self.stub.run_to(self.names[function])
            if self.guests(FRAME_RFLAGS) & (DF | AC) == DF | AC:
                return
        raise AssertionError(f"{function}: the guest's flags were never set")

    def inject_nmi(self):
        """As the guest goes on; answers the flags of what it interrupted, which may be a tick's path."""
        self.run_to("version")
        self.stub.run_to(self.guests(FRAME_RIP))
        entry = self.names["trap_nmi"]
        self.stub.command(f"Z1,{entry:x},1")
        self.stub.go()
        self.booted.qmp("inject-nmi")
        assert self.stub.receive().startswith("T05") and self.stub["rip"] == entry
        self.stub.command(f"z1,{entry:x},1")
        return number(self.stub, self.stub["rsp"] + NMI_RFLAGS)


@pytest.mark.parametrize("traced", [False, True], ids=["", "traced"])
@pytest.mark.parametrize("cpu, cleared", [("qemu64", DF), ("max", DF | AC)])
def test_flags(boot, stub, cpu, cleared, traced):
    """Gates leave DF and AC as the guest set them; AC would switch SMAP off. Traced, a call comes in by another way."""
    dirty = Dirty(boot, stub, cpu, traced)
    for function in ("version", "trap_tick", "trap_interrupt"):
        dirty.run_to(function)
        assert stub.flags & cleared == 0, f"{function}: {stub.flags:#x}"
    assert any(dirty.inject_nmi() & (DF | AC) == DF | AC for _ in range(100))
    assert stub.flags & cleared == 0, f"trap_nmi: {stub.flags:#x}"
    dirty.run_to("trap_exception")
    assert stub.flags & cleared == 0, f"trap_exception: {stub.flags:#x}"
    stub.go()
    log = judge(dirty.booted, expected=NOT_ALL_EXITED)
    assert said(log, "dirty")[-1].startswith("fault #UD "), log


# ---- the IDT -------------------------------------------------------------------------------------

GATE, LAST_LINE = 0x80, 0x2F
NAMED = {GATE: "hypercall_entry", 0x20: "tick_entry"}
WITH_ERROR = {8, 10, 11, 12, 13, 14, 17, 21, 29, 30}  # Intel SDM volume 3, table 6-1; AMD APM volume 2, table 8-1
IST = {2: 1, 8: 2, 18: 3}


def push(value):
    return bytes([0x6A, value])


def test_idt(boot, stub):
    """Each of 256 vectors has a gate, one of them ring 3's; what has a source goes to a stub of its own, which
    pushes the vector."""
    booted = boot(["hello.elf a"], devices=stub.options)
    stub.connect()
    names = symbols()
    stub.run_to(names["console_write_call"])
    for vector in range(256):
        low, selector, ist, kind, middle, high, rest = struct.unpack("<HHBBHII", stub.read(names["idt"] + 16 * vector, 16))
        assert (selector, ist, kind, rest) == (8, IST.get(vector, 0), 0xEE if vector == GATE else 0x8E, 0), vector
        stub_address = low | middle << 16 | high << 32
        assert names["text_start"] <= stub_address < names["text_end"], vector
        if vector in NAMED:
            assert stub_address == names[NAMED[vector]], vector
        elif vector > LAST_LINE:
            assert stub_address == names["stray_entry"], vector
        else:
            code = (b"" if vector in WITH_ERROR else push(0)) + push(vector)
            assert stub.read(stub_address, len(code)) == code, vector
    stub.go()
    judge(booted)


# ---- interrupts of no line ---------------------------------------------------------------------

MASTER, SLAVE, READ_ISR, EOI = (1, 0), (0, 0), 0x0B, 0x20  # chip, register; values: 8259A data sheet


def accesses(trace, start):
    """What the 8259s were asked, in QEMU's own words, from an offset in its trace."""
    found = re.findall(r"pic_ioport_(read|write) master (\d) addr 0x(\d)(?: val 0x([0-9a-f]+))?", trace.read_text()[start:])
    return [((int(chip), int(address)), int(value, 16) if kind == "write" else None)
            for kind, chip, address, value in found]


@pytest.mark.parametrize("vector, expected, told", [
    (39, [(MASTER, READ_ISR), (MASTER, None)], "line 7: raised 0, held 0, spurious 1, unclaimed 0"),
    (47, [(SLAVE, READ_ISR), (SLAVE, None), (MASTER, EOI)], "line 15: raised 0, held 0, spurious 1, unclaimed 0"),
    (37, [(MASTER, EOI)], "line 5: raised 1, held 0, spurious 0, unclaimed 1"),
    (42, [(SLAVE, EOI), (MASTER, EOI)], "line 10: raised 1, held 0, spurious 0, unclaimed 1"),
    (48, [], "NMIs 0, interrupts that no line sent 1"),
    (255, [], "NMIs 0, interrupts that no line sent 1"),
])
def test_no_line(boot, stub, tmp_path, vector, expected, told):
    """What a vector's way in calls, with no bit in service: nobody is told, the summary counts."""
    trace = tmp_path / "trace"
    booted = boot(["dirty.elf dirty line=3 line=0 ports=0x2f8-0x2ff -- turns=20"],
                  devices=[*stub.options, "-serial", "null", "-D", str(trace), "-d", "trace:pic_ioport_*"])
    stub.connect()
    names = symbols()
    stub.run_to(names["version"])
    after = number(stub, stub["rsp"])
    stub["rip"], stub["rdi"] = names["trap_interrupt" if vector <= LAST_LINE else "trap_stray"], vector
    start = len(trace.read_text())
    stub.run_to(after)
    assert accesses(trace, start) == expected
    stub.go()
    log = judge(booted, expected=NOT_ALL_EXITED)
    assert f"\r\nBelfry: {told}\r\n" in log and said(log, "dirty")[-1].startswith("fault #UD "), log


# ---- on the way out ------------------------------------------------------------------------------

@pytest.mark.parametrize("rip", [1 << 47, 1 << 63, 0xFFFFFFFF80100000])
def test_no_users_address(boot, stub, rip):
    """A CPU may interrupt a guest where IRETQ can't return to: that is the guest's fault, not the hypervisor's."""
    booted = boot(["turns.elf a", "hello.elf b"], devices=stub.options)
    stub.connect()
    names = symbols()
    frame = names["nobody"]
    while frame == names["nobody"]:
        stub.run_to(names["trap_tick"])
        frame = number(stub, names["cpu"])
    stub.write(frame + FRAME_RIP, struct.pack("<Q", rip))
    stub.go()
    log = judge(booted, expected=NOT_ALL_EXITED)
    assert re.search(rf"\r\na: fault #GP rip={rip:#x} outstanding=\d+, then stop\r\n", log), log
