# SPDX-License-Identifier: BSD-2-Clause
"""
What a loader or firmware may hand over: modules at odd addresses, a memory map with holes, nothing.
QEMU's loader does none of it, so its multiboot information is changed by the gdb stub before the
hypervisor reads it. tests/host/test_multiboot.c has what is malformed, word by word; a timer that
does not count is in tests/system/test_stops.py.
"""
import struct

import pytest

from gdb_stub import Stub, symbols
from machine import CONFIG_ERROR
from verdict import judge, said

DIRECT_MAP = 0xFFFF800000000000  # docs/internals.md: physical memory
HAS_MODULES = 1 << 3  # Multiboot Specification, section 3.3
COUNT, MODULES, MAP_LENGTH = 20, 24, 44  # offsets in the information
AVAILABLE, RESERVED = 1, 2
ROOM = 0x80000  # for what is written here: no firmware's, nor QEMU's loader's
PAGE = 4096
MIB = 1 << 20


class Information:
    """The multiboot information of a machine that is about to read it."""

    def __init__(self, stub):
        self.stub = stub
        self.address = stub["rsi"]
        self.room = ROOM

    def read(self, physical, size):
        return b"".join(self.stub.read(DIRECT_MAP + physical + at, min(1024, size - at)) for at in range(0, size, 1024))

    def write(self, physical, content):
        for at in range(0, len(content), 1024):
            self.stub.write(DIRECT_MAP + physical + at, content[at:at + 1024])

    def word(self, offset, value=None):
        if value is not None:
            self.write(self.address + offset, struct.pack("<I", value))
        return struct.unpack("<I", self.read(self.address + offset, 4))[0]

    def keep(self, content):
        """Writes it where there is room: where that is."""
        self.room += len(content)
        self.write(self.room - len(content), content)
        return self.room - len(content)

    def set_map(self, *entries):
        """(start, end, type), each with the 4 bytes that newer firmware adds."""
        packed = b"".join(struct.pack("<IQQII", 24, start, end - start, kind, 1) for start, end, kind in entries)
        self.word(MAP_LENGTH + 4, self.keep(packed))
        self.word(MAP_LENGTH, len(packed))

    def modules(self):
        table, count = self.word(MODULES), self.word(COUNT)
        return [list(struct.unpack_from("<4I", self.read(table, 16 * count), 16 * n)) for n in range(count)]

    def set_modules(self, modules):
        self.word(MODULES, self.keep(b"".join(struct.pack("<4I", *module) for module in modules)))
        self.word(COUNT, len(modules))


@pytest.fixture
def stopped(boot, tmp_path):
    """stopped(modules, …): a machine before it reads the information, and that."""
    stub = Stub(tmp_path)

    def start(modules, **options):
        booted = boot(modules, devices=stub.options, **options)
        stub.connect()
        stub.run_to(symbols()["boot_start"])
        return booted, Information(stub)

    yield start
    stub.close()


def test_odd_addresses(stopped):
    """Images, their lines, and the table at odd addresses, the modules in descending order."""
    booted, information = stopped(["hello.elf first", "hello.elf second mem=1M", "spy.elf spy vector=48 mem=256K "
                                   "fault=restart restarts=9 -- lives=4"])
    information.keep(b"x")
    modules = []
    for n, (start, end, line, _) in enumerate(information.modules()):
        moved = 48 * MIB - n * MIB + 2 * n + 1
        information.write(moved, information.read(start, end - start))
        text = information.read(line, 200).split(b"\0")[0]
        modules.append([moved, moved + end - start, information.keep(text + b"\0"), 0])
    information.set_modules(modules)
    assert information.word(MODULES) % 2 == 1 or any(line % 2 for _, _, line, _ in modules)
    information.stub.go()
    log = judge(booted, ["spy"])
    assert said(log, "first") == ["Hello from partition 0, with 2048 KiB of memory."]
    assert said(log, "second") == ["Hello from partition 1, with 1024 KiB of memory."]


def test_holes(stopped, tmp_path):
    """Memory in pieces, in no order, some named twice: partitions lie in the pieces that are large
    enough, and what is in a hole stays as it is."""
    holes = [(n * 4 * MIB + n * PAGE, n * 4 * MIB + (n + 2) * PAGE) for n in range(5, 30)]
    pieces = [(MIB, holes[0][0]), *((end, start) for (_, end), (start, _) in zip(holes, holes[1:])), (holes[-1][1], 200 * MIB)]
    booted, information = stopped([f"witness.elf w{n} line=0 vector=48 mem={mem} -- until=200" for n, mem in
                                   enumerate(("3M", "40M", "2M", "3M", "4M"))], hv="", icount=True, qmp=True)
    for start, end in holes:
        information.write(start, bytes([0xA5]) * (end - start))
    information.set_map(*((start, end, AVAILABLE) for start, end in reversed(pieces)),
                        *((start, end, RESERVED) for start, end in holes),
                        (pieces[3][0], pieces[3][0] + PAGE, AVAILABLE), (0, 0x9F000, AVAILABLE))
    information.stub.go()
    booted.wait_for("^Belfry: every partition has stopped$")
    for n in range(5):
        assert not [line for line in said(booted.log, f"w{n}") if line.startswith("not ok")], booted.log
        assert "1..10" in said(booted.log, f"w{n}"), booted.log
    for start, end in holes:
        booted.qmp("pmemsave", **{"val": start, "size": end - start, "filename": str(tmp_path / "hole")})
        assert (tmp_path / "hole").read_bytes() == bytes([0xA5]) * (end - start), hex(start)


def test_too_many_holes(stopped):
    """More pieces than are kept account of: the rest is unused, and nothing worse."""
    booted, information = stopped(["hello.elf a", "hello.elf b mem=1M"])
    information.set_map((MIB, 16 * MIB, AVAILABLE),
                        *((16 * MIB + 2 * n * PAGE, 16 * MIB + (2 * n + 1) * PAGE, AVAILABLE) for n in range(400)))
    information.stub.go()
    log = judge(booted)
    assert said(log, "b") == ["Hello from partition 1, with 1024 KiB of memory."]


def test_no_piece_is_large_enough(stopped):
    booted, information = stopped(["hello.elf a", "hello.elf big mem=64M"])
    information.set_map(*((n * 32 * MIB + MIB, n * 32 * MIB + 31 * MIB, AVAILABLE) for n in range(6)))
    information.stub.go()
    log = judge(booted, expected=CONFIG_ERROR)
    assert 'Belfry: error: partition "big": mem=64M: ' in log and "Belfry: 1 error " in log, log


@pytest.mark.parametrize("flagged", [True, False])
def test_no_module(stopped, flagged):
    """GRUB leaves the flag out where its menu's entry has no `module`; others set it and count 0."""
    booted, information = stopped(["hello.elf a"])
    if not flagged:
        information.word(0, information.word(0) & ~HAS_MODULES)
    else:
        information.word(COUNT, 0)
    information.stub.go()
    log = judge(booted, expected=CONFIG_ERROR)
    assert "Belfry: error: no module: expected 1 to 64, each a guest's image\r\n" in log, log


@pytest.mark.parametrize("module, said_of_it", [
    ([0x900000, 0x8FFFFF, 0, 0], "a module ends before it starts"),
    ([0xFFFFF000, 0xFFFFFFFF, 0xFFFFFFFF, 0], "error: module 1: image: "),
    ([0x500000, 0x500000, 0, 0], "error: module 1: "),
])
def test_bad_module(stopped, module, said_of_it):
    booted, information = stopped(["hello.elf a"])
    information.set_modules([module])
    information.stub.go()
    log = judge(booted, expected=CONFIG_ERROR)
    assert said_of_it in log, log
