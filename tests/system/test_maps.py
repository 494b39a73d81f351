# SPDX-License-Identifier: BSD-2-Clause
"""Page tables, walked from outside: who can do what with which memory."""
import re
import struct
from dataclasses import dataclass

import pytest

from gdb_stub import symbols
from machine import Machine

PRESENT, WRITE, USER, LARGE, NX = 1, 2, 4, 0x80, 1 << 63  # Intel SDM volume 3, section 4.5
PAGE = 4096
LOOKED_AT = 64 << 20  # physical memory in which all the tables are
IMAGE_BASE = 0xFFFFFFFF80000000
MEM_BASE, STACK = 0x400000, 65536
STACKS, STACK_STRIDE = 4, 5 * PAGE  # struct stack of arch/x86/stacks.h, its guard first


@dataclass(frozen=True)
class Map:
    virtual: int
    physical: int
    size: int
    write: bool
    user: bool
    execute: bool


def walk(memory, table, level=4, virtual=0, write=True, user=True, execute=True):
    """All maps below a table, each with what its whole path allows."""
    for index, entry in enumerate(struct.unpack_from("<512Q", memory, table)):
        if not entry & PRESENT:
            continue
        size = PAGE << 9 * (level - 1)
        at = virtual + index * size
        at |= -(at >> 47 & 1) << 48 & 2**64 - 1
        allowed = (write and bool(entry & WRITE), user and bool(entry & USER), execute and not entry & NX)
        address = entry & 0xFFFFFFFFFF000
        if level == 1 or entry & LARGE:
            yield Map(at, address, size, *allowed)
        else:
            yield from walk(memory, address, level - 1, at, *allowed)


NOBODY = symbols()["pml4"] - IMAGE_BASE  # the root of the space that is no partition's


def spaces(booted, tmp_path):
    """By their roots, the maps of both partitions, as they are found in CR3, then those of nobody's."""
    found = {}
    while len(found) < 2:
        root = int(re.search(r"CR3=([0-9a-f]+)", booted.monitor("info registers"))[1], 16)
        if root in found or root == NOBODY:
            continue
        booted.qmp("pmemsave", **{"val": 0, "size": LOOKED_AT, "filename": str(tmp_path / "memory")})
        memory = (tmp_path / "memory").read_bytes()
        found[root] = list(walk(memory, root))
    return {**{root: found[root] for root in sorted(found)}, NOBODY: list(walk(memory, NOBODY))}


@pytest.fixture(scope="module", params=[{}, {"machine": "q35", "cpu": "max", "memory": "5G"}], ids=["256M", "5G"])
def all_spaces(request, tmp_path_factory):
    """Two partitions, of 1 MiB and of 2 MiB."""
    folder = tmp_path_factory.mktemp("maps")
    with Machine(folder, ["turns.elf a mem=1M -- n=5000", "turns.elf b -- n=5000"], qmp=True, hv="quantum=2",
                 **request.param) as booted:
        booted.wait_for("^Belfry: b: ")
        return spaces(booted, folder)


@pytest.fixture
def two(all_spaces):
    return list(all_spaces.values())[:2]


def test_no_page_is_writable_and_executable(all_spaces):
    for maps in all_spaces.values():
        assert [found for found in maps if found.write and found.execute] == []


def test_users_pages(two):
    """The vCPU page and the memory but for the guard page, in one piece; all else is the hypervisor's."""
    for maps, size in zip(two, (1 << 20, 2 << 20)):
        mine = [found for found in maps if found.user]
        guard = MEM_BASE + size - STACK - PAGE
        assert [found.virtual for found in mine] == [
            page for page in range(MEM_BASE - PAGE, MEM_BASE + size, PAGE) if page != guard]
        assert len({found.virtual - found.physical for found in mine}) == 1
        assert [found for found in maps if not found.user and found.virtual < 1 << 63] == []
        assert all(found.write for found in mine if found.virtual >= guard or found.virtual < MEM_BASE)


def test_each_has_memory_of_its_own(two):
    """Not the other's, not the hypervisor's image or its page tables."""
    one, other = ({found.physical for found in maps if found.user} for maps in two)
    end = symbols()["image_end"] - IMAGE_BASE
    assert one.isdisjoint(other) and min(one | other) >= end


def test_nobodys(all_spaces):
    """The boot's own maps of the lower half are gone."""
    assert [found for found in all_spaces[NOBODY] if found.user or found.virtual < 1 << 63] == []


def test_tables(all_spaces):
    """Behind the image: not in the firmware's first MiB, not in what a partition has."""
    taken = {found.physical for maps in all_spaces.values() for found in maps if found.user}
    for root in list(all_spaces)[:2]:
        assert root >= symbols()["image_end"] - IMAGE_BASE and root not in taken


def test_image(two):
    """Text is executed, nothing else is; nobody can write text or constants, by no address."""
    names = symbols()
    text, rodata_end = names["text_start"], names["rodata_end"]
    fixed = range(text - IMAGE_BASE, rodata_end - IMAGE_BASE)
    for maps in two:
        execute = [found for found in maps if found.execute and not found.user]
        assert all(text <= found.virtual and found.virtual + found.size <= names["text_end"] for found in execute)
        assert sum(found.size for found in execute) == names["text_end"] - text
        assert [found for found in maps if found.write and
                found.physical < fixed.stop and found.physical + found.size > fixed.start] == []


def test_guards_of_stacks(two):
    guards = [symbols()["stacks"] + n * STACK_STRIDE for n in range(STACKS)]
    for maps in two:
        mapped = {found.virtual for found in maps}
        for guard in guards:
            assert guard not in mapped and all(guard + n * PAGE in mapped for n in range(1, 5))


def test_all_have_the_same_hypervisor(all_spaces):
    one, other, nobodys = ([found for found in maps if not found.user] for maps in all_spaces.values())
    assert one == other == nobodys
