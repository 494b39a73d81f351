# SPDX-License-Identifier: BSD-2-Clause
"""The CPU's and the controllers' registers, as QEMU's monitor shows them, whatever was in them before."""
import re
import subprocess

import pytest

from gdb_stub import Stub, symbols
from machine import ROOT
from test_faults import check_kinds
from verdict import judge

# PG WP NE ET MP PE; MCE PAE PGE OSFXSR OSXMMEXCPT, and UMIP SMEP SMAP where they are; NXE LMA LME.
CR0, CR4, CR4_MAX, EFER, DR7 = 0x80010033, 0x6E0, 0x300EE0, 0xD00, 0x400
ROOM = 0x7000  # of memory that nobody uses yet


def control_registers(text):
    return {name: int(value, 16) for name, value in re.findall(r"\b(CR0|CR4|EFER|DR7)=([0-9a-f]+)", text)}


def check_registers(booted, cr4):
    text = booted.monitor("info registers")
    assert control_registers(text) == {"CR0": CR0, "CR4": cr4, "EFER": EFER, "DR7": DR7}, text
    assert re.search(r"^LDT=0000 ", text, re.M) and re.search(r"^TR =0028 ", text, re.M), text
    assert re.search(r"^IDT= +[0-9a-f]+ 00000fff", text, re.M), text


def check_controllers(booted):
    """The 8259 pair alone brings interrupts."""
    lapic = dict(re.findall(r"^(\w+)\s+0x([0-9a-f]{8})", booted.monitor("info lapic"), re.M))
    assert lapic["LVT0"] == "00000700" and lapic["LVT1"] == "00000400", lapic
    assert int(lapic["LVTT"], 16) & 0x10000 and int(lapic["LVTERR"], 16) & 0x10000, lapic
    inputs = re.findall(r"^  pin (\d+) +0x([0-9a-f]{16})", booted.monitor("info pic"), re.M)
    assert len(inputs) == 24 and all(int(value, 16) & 0x10000 for _, value in inputs), inputs


@pytest.fixture
def dirty(boot, tmp_path):
    """dirty(modules) boots after dirty_firmware.asm."""
    stubs = []

    def start(modules, cpu="max"):
        stub = Stub(tmp_path)
        stubs.append(stub)
        booted = boot(modules, cpu=cpu, devices=stub.options, qmp=True)
        stub.connect()
        entry = symbols()["multiboot_entry"]
        stub.run_to(entry)
        code = tmp_path / "firmware"
        subprocess.run(["nasm", "-f", "bin", ROOT / "tests/system/dirty_firmware.asm", "-o", code], check=True)
        stub.write(ROOM, code.read_bytes() + b"\xb9" + entry.to_bytes(4, "little") + b"\xff\xe1")  # mov ecx, …; jmp ecx
        stub["rip"] = ROOM
        stub.run_to(entry)
        found = control_registers(booted.monitor("info registers"))
        assert found == {"CR0": 0x4001D, "CR4": 0x5010F, "EFER": 1, "DR7": 0x403}, found
        stub.go()
        return booted

    yield start
    for stub in stubs:
        stub.close()


def test_dirty_registers(dirty):
    booted = dirty(["turns.elf a -- n=1000"])
    booted.wait_for("^Belfry: a: ")
    check_registers(booted, CR4_MAX)
    check_controllers(booted)


@pytest.mark.parametrize("cpu", ["max", "max,vendor=GenuineIntel"])  # one has SYSCALL, the other SYSENTER too
def test_dirty_faults(dirty, cpu):
    """What was switched on for ring 3 is off again: each fault is as always, and no other comes."""
    log = judge(dirty(["start.elf start mem=1M -- one two  three",
                       "faults.elf faults fault=restart restarts=1000 vector=48"], cpu), ["start", "faults"])
    check_kinds(log, "faults")
    strays = re.search(r"interrupts that no line sent (\d+)", log)
    assert not strays or strays[1] == "1", log  # one was pending
