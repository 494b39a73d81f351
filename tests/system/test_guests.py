# SPDX-License-Identifier: BSD-2-Clause
"""
Every guest in tests/guests/ that says in its first comment which system it is tested in:

    system: NAME words         a module's line; its image is this guest, or the one named before it
                               (`other.elf NAME words`), which then needs no TAP of its own
    hv: words                  the hypervisor's words besides exit=idle
    qemu: cpu=max icount       options of machine.Machine; one line for each variant to be run
    exit: 37                   QEMU's exit status, where it is not 35
    expect: regex              a line of the console that must be there
    reject: regex              one that must not
"""
import re

import pytest

import machine
import verdict

SOURCES = sorted(path for path in (machine.ROOT / "tests/guests").iterdir()
                 if path.suffix in (".c", ".asm"))
KEYS = ("system", "hv", "qemu", "exit", "expect", "reject")


def header(path):
    """The keys of the first comment, each with the list of its values."""
    keys = {key: [] for key in KEYS}
    for line in path.read_text().splitlines():
        if not re.match(r"/\*| \*|;", line):
            break
        if found := re.match(rf"[ */;]*({'|'.join(KEYS)}):(?: (.*?))?(?: \*/)?$", line):
            keys[found[1]].append(found[2] or "")
    return keys


def options(text):
    """`icount cpu=max` as keyword arguments."""
    pairs = [word.partition("=") for word in text.split()]
    kinds = {"timeout": int}
    return {key: kinds.get(key, str)(value) if equals else True for key, equals, value in pairs}


def cases():
    for path in SOURCES:
        keys = header(path)
        for variant in (keys["qemu"] or [""]) if keys["system"] else []:
            name = " ".join([path.stem, variant]).strip().replace(" ", ",")
            yield pytest.param(path.stem, keys, variant, id=name)


def system(guest, keys):
    """The modules' lines, and the names of those partitions that must pass."""
    lines = [line if line.split()[0].endswith(".elf") else f"{guest}.elf {line}"
             for line in keys["system"]]
    return lines, [line.split()[1] for line in lines if line.startswith(f"{guest}.elf ")]


def judge(booted, names, keys):
    verdict.judge(booted, names, int((keys["exit"] or [machine.ALL_EXITED])[0]))
    for pattern in keys["expect"]:
        if not any(re.search(pattern, line) for line in booted.lines):
            raise verdict.Failure(f"nobody said: {pattern}\n{booted.report()}")
    for pattern in keys["reject"]:
        if said := [line for line in booted.lines if re.search(pattern, line)]:
            raise verdict.Failure(f"somebody said: {said[0]}\n{booted.report()}")


@pytest.mark.parametrize("guest, keys, variant", cases())
def test_guest(boot, guest, keys, variant):
    lines, names = system(guest, keys)
    judge(boot(lines, hv=" ".join(["exit=idle", *keys["hv"]]), **options(variant)), names, keys)
