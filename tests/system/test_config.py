# SPDX-License-Identifier: BSD-2-Clause
"""
The command lines, as a loader hands them over: each error is told by one line that names the
partition, the word and what was expected, all of them in one boot, and nothing starts. Many errors
share a boot; tests/host/test_config*.c read the lines word by word.
"""
import re
import struct

import pytest

from machine import CONFIG_ERROR, NOT_ALL_EXITED
from verdict import judge, said

OWN = "the hypervisor's line"


def partition(name):
    return f'partition "{name}"'


def refuse(boot, modules, errors, hv="exit=idle", **options):
    """Boots; each of `errors` (who, word, part of what was expected) must have its line, in this order."""
    log = judge(boot(modules, hv=hv, **options), expected=CONFIG_ERROR)
    lines = [line for line in log.split("\r\n") if line]
    told = [line for line in lines if line.startswith("Belfry: error: ")]
    for line, (who, word, expected) in zip(told, errors):
        start = f"Belfry: error: {who}: {word}: expected "
        assert line.startswith(start) and expected in line[len(start):], f"{line}\n{start}…{expected}"
    assert len(told) == len(errors), log
    count = f"{len(errors)} error{'s' * (len(errors) != 1)}"
    assert lines[-1] == f"Belfry: {count} in the configuration: not started", log
    assert all(line.startswith("Belfry: ") for line in lines[-len(errors) - 1:]), log
    return log


# ---- the hypervisor's own line -------------------------------------------------------------------

HZ, QUANTUM, BURST, COM = "19 to 20000", "1 to 10000 ticks", "1 to 1000", "1 or 2"
KEYS = "one of hz=, quantum=, burst=, com=, exit=, unsafe-ports"


@pytest.mark.parametrize("line, errors", [
    ("hz=18 quantum=0 burst=0 com=0", {"hz=18": HZ, "quantum=0": QUANTUM, "burst=0": BURST, "com=0": COM}),
    ("hz=20001 quantum=10001 burst=1001 com=3",
     {"hz=20001": HZ, "quantum=10001": QUANTUM, "burst=1001": BURST, "com=3": COM}),
    ("hz=1k quantum=-1 burst=0x com=4294967297 unsafe-ports=yes",
     {"hz=1k": HZ, "quantum=-1": QUANTUM, "burst=0x": BURST, "com=4294967297": COM,
      "unsafe-ports=yes": "without a value"}),
    ("hz= quantum= burst= com=", {"hz=": HZ, "quantum=": QUANTUM, "burst=": BURST, "com=": COM}),
    ("hz quantum burst com", {"hz": HZ, "quantum": QUANTUM, "burst": BURST, "com": COM}),
    ("speed=9 HZ=100 hello -- mem=1M", dict.fromkeys(["speed=9", "HZ=100", "hello", "--", "mem=1M"], KEYS)),
])
def test_own_line(boot, line, errors):
    refuse(boot, ["hello.elf a"], [(OWN, word, expected) for word, expected in errors.items()], f"exit=idle {line}")


def test_own_line_twice(boot):
    words = ["hz=100", "quantum=5", "burst=9", "com=1", "exit=idle", "unsafe-ports"]
    refuse(boot, ["hello.elf a"], [(OWN, word, "only once") for word in words], " ".join(words + words))


@pytest.mark.parametrize("line, error", [
    ("exit=sometimes", "exit=sometimes: expected never or idle"),
    ("exit=idle " + "hz=100 " * 600, "a longer line: expected at most 4095 bytes"),
])
def test_no_exit(boot, line, error):
    """Without an exit= that could be read nothing is written to the debug port: the machine halts."""
    booted = boot(["hello.elf a"], hv=line)
    booted.wait_for(f"^Belfry: error: the hypervisor's line: {error}$")
    booted.wait_for("^Belfry: 1 error in the configuration: not started$")
    assert booted.process.poll() is None


# ---- the modules' lines --------------------------------------------------------------------------

MEM, LINE, VECTOR = "128K to 1G, in whole pages of 4K", "0 to 15, not 2", "48 to 255, not 128"
PORTS, WINDOW, FAULT, RESTARTS = "a port or first-last", "1 to 10000 ticks", "stop, restart or halt", "0 to 1000000"

BAD_VALUES = {
    "mem=124K": MEM, "mem=1028M": MEM, "mem=2G": MEM, "mem=131073": MEM, "mem=M": MEM, "mem=-1": MEM,
    "mem=1T": MEM, "mem=17179869185G": MEM, "mem=": MEM, "mem": MEM,
    "line=2": LINE, "line=16": LINE, "line=-1": LINE, "line=x": LINE, "line=": LINE, "line": LINE,
    "vector=47": VECTOR, "vector=32": VECTOR, "vector=128": VECTOR, "vector=256": VECTOR, "vector=": VECTOR,
    "ports=0x10000": PORTS, "ports=0x310-0x30f": PORTS, "ports=0x310-": PORTS, "ports=-5": PORTS,
    "ports=0x1g": PORTS, "ports=": PORTS,
    "window=0": WINDOW, "window=10001": WINDOW, "window=": WINDOW,
    "fault=ignore": FAULT, "fault=Stop": FAULT, "fault=": FAULT,
    "restarts=1000001": RESTARTS, "restarts=-1": RESTARTS, "restarts=": RESTARTS,
    "colour=blue": "one of mem=, line=, vector=, ports=, window=, fault=, restarts=, system, console",
    "Mem=1M": "one of mem=", "blue": "one of mem=",
}


def test_bad_values(boot):
    """Each in a partition of its own."""
    lines = [f"hello.elf p{n} {word}" for n, word in enumerate(BAD_VALUES)]
    refuse(boot, lines, [(partition(f"p{n}"), word, expected)
                         for n, (word, expected) in enumerate(BAD_VALUES.items())])


def test_names_and_shapes(boot):
    """Names, words given twice, arguments and lines that are too long."""
    once = ["mem=1M", "window=5", "fault=halt", "restarts=1"]
    repeating = "line=5 line=6 vector=50 vector=51 ports=0x310 ports=0x312"
    name = "a name, 1 to 15 of a-z 0-9 - _"
    refuse(boot, [
        "hello.elf", "hello.elf Upper", "hello.elf sixteen-letters_", "hello.elf a=b", "hello.elf x.y", "hello.elf --",
        "hello.elf twin", "hello.elf other", "hello.elf twin",
        f"hello.elf all {' '.join(once)} {repeating} {' '.join(once)} -- mem=1M mem=1M",
        f"hello.elf args -- {'x' * 192}", f"hello.elf long {'vector=50 ' * 420}",
    ], [
        ("module 1", "no name", name), ("module 2", "Upper", name), ("module 3", "sixteen-letters_", name),
        ("module 4", "a=b", name), ("module 5", "x.y", name), ("module 6", "--", name),
        ("module 9", "twin", "a name of its own; modules 7 and 9 have it"),
        *[(partition("all"), word, "only once") for word in once],
        (partition("args"), "x" * 33 + "...", "at most 191 bytes of arguments, not 192"),
        (partition("long"), "a longer line", "at most 4095 bytes"),
    ])


def test_owners(boot):
    """What two would own, and what is the console's."""
    console = "0x3f8-0x3ff, the console's"
    refuse(boot, [
        "hello.elf a line=0 line=5 ports=0x300-0x30f",
        "hello.elf b line=0 line=5 ports=0x30f ports=0x2f0-0x300 ports=0x304-0x305",
        "hello.elf c line=4 line=3 ports=0x3f8 ports=0x3ff-0x400 ports=0x3f0-0x3f8 ports=0-0xffff ports=0x2f8-0x2ff",
        "hello.elf d line=3 ports=0x2ff",
    ], [
        (partition("b"), "line=5", 'no other partition has; partition "a"'),
        (partition("b"), "ports=0x30f", 'no other partition has; partition "a" has 0x300-0x30f'),
        (partition("b"), "ports=0x2f0-0x300", 'partition "a"'),
        (partition("b"), "ports=0x304-0x305", 'partition "a"'),
        (partition("c"), "line=4", "another line than 4, the console's"),
        *[(partition("c"), f"ports={ports}", console) for ports in ("0x3f8", "0x3ff-0x400", "0x3f0-0x3f8", "0-0xffff")],
        (partition("d"), "line=3", 'partition "c"'),
        (partition("d"), "ports=0x2ff", 'partition "c"'),
    ])


# ABI.md's list, with the ISA DMA controllers and their page registers.
DANGEROUS = [(0x20, 0x21), (0xA0, 0xA1), (0x4D0, 0x4D1), (0x40, 0x43), (0x61, 0x61), (0x64, 0x64), (0x70, 0x71),
             (0x92, 0x92), (0x00, 0x0F), (0x80, 0x8F), (0xC0, 0xDF), (0xB2, 0xB3), (0xCF8, 0xCFF), (0xF4, 0xF4),
             (0x8900, 0x8900)]


def test_harmless_ports(boot):
    """Those beside them are granted; the keyboard's data port is one."""
    inside = {port for first, last in DANGEROUS for port in range(first, last + 1)}
    beside = sorted({port for first, last in DANGEROUS for port in (first - 1, last + 1)} - inside - {-1})
    log = judge(boot(["hello.elf a " + " ".join(f"ports={port:#x}" for port in beside[:16]),
                      "hello.elf b " + " ".join(f"ports={port:#x}" for port in beside[16:])]))
    assert 20 <= len(beside) <= 32 and ", ports 0x60-0x60" in log, log


def test_unsafe_ports(boot):
    """The word lets them be granted, but not the console's; the banner says so."""
    lines = [f"hello.elf p{n} ports={first:#x}-{last:#x}" for n, (first, last) in enumerate(DANGEROUS)]
    log = judge(boot(lines, hv="exit=idle unsafe-ports"))
    assert "\r\nBelfry: unsafe-ports: " in log
    for n, (first, last) in enumerate(DANGEROUS):
        assert re.search(rf"\r\nBelfry: p{n}: .*, ports {first:#x}-{last:#x}\r\n", log), log
    log = refuse(boot, ["hello.elf a ports=0x3f8 ports=0x20"],
                 [(partition("a"), "ports=0x3f8", "the console's")], "unsafe-ports exit=idle")
    assert "\r\nBelfry: unsafe-ports: " in log


def test_all_in_one_boot(boot):
    """Errors of the hypervisor's line and of several modules."""
    refuse(boot, ["hello.elf a mem=1", "hello.elf good", "hello.elf b line=2 fault=no"],
           [(OWN, "hz=1", HZ), (partition("a"), "mem=1", MEM), (partition("b"), "line=2", LINE),
            (partition("b"), "fault=no", FAULT)], "exit=idle hz=1")


@pytest.mark.parametrize("count", [65, 100])
def test_too_many_modules(boot, count):
    log = judge(boot([f"hello.elf p{n}" for n in range(count)]), expected=CONFIG_ERROR)
    assert f"\r\nBelfry: error: module 65 of {count}: expected at most 64 modules\r\n" in log, log


def test_no_module(boot):
    log = judge(boot(), expected=CONFIG_ERROR)
    assert re.search(r"\r\nBelfry: error: no module: expected 1 to 64, .*\r\nBelfry: 1 error ", log), log


# ---- images and memory ---------------------------------------------------------------------------

# xor edi, edi; mov eax, 12 (PARTITION_EXIT); int 0x80
CODE = b"\x31\xff\xb8\x0c\x00\x00\x00\xcd\x80"


def segment(kind=1, flags=5, offset=0x1000, address=0x400000, file_size=len(CODE), size=0x1000):
    return struct.pack("<IIQQQQQQ", kind, flags, offset, address, address, file_size, size, 0x1000)


def image(segments=None, entry=0x400000, elf_class=2, kind=2, machine=62, count=None, code=CODE):
    segments = [segment()] if segments is None else segments
    header = b"\x7fELF" + bytes([elf_class, 1, 1]) + bytes(9) + struct.pack(
        "<HHIQQQIHHHHHH", kind, machine, 1, entry, 64, 0, 0, 64, 56,
        len(segments) if count is None else count, 64, 0, 0)
    return (header + b"".join(segments)).ljust(0x1000, b"\0") + code


BAD_IMAGES = {
    "byte": (b"\x7f", "at least"),
    "text": (b"#!/bin/sh\n".ljust(4096, b"x"), "0x464c457f (ELF)"),
    "elf32": (image(elf_class=1), "ELF64"),
    "dyn": (image(kind=3), "ET_EXEC"),
    "arm": (image(machine=183), "x86-64"),
    "cut": (image()[:0x1004], "inside the file"),
    "none": (image([]), "1 to 0xfffe"),
    "many": (image(count=0xFFFF), "1 to 0xfffe"),
    "headers": (image(count=0xFFFE), "all program headers inside the file"),
    "interp": (image([segment(3), segment()]), ""),
    "tls": (image([segment(), segment(7)]), ""),
    "wx": (image([segment(flags=7)]), ""),
    "united": (image([segment(), segment(flags=6, address=0x400FFF, file_size=1, size=1)]), ""),
    "low": (image([segment(address=0x3FF000)], 0x3FF000), "an address in the partition's memory"),
    "high": (image([segment(address=0x400000 + (2 << 20))]), "an address in the partition's memory"),
    "guard": (image([segment(size=(2 << 20) - 0x11000 + 1)]), "below the stack's guard page"),
    "wraps": (image([segment(size=2**64 - 0x400000)]), "below the stack's guard page"),
    "overlap": (image([segment(size=0x2000), segment(address=0x401000)]), "do not overlap"),
    "entry": (image(entry=0x401000), ""),
    "data": (image([segment(), segment(flags=6, address=0x402000)], 0x402000), ""),
}


def write_images(folder, images):
    """The module lines `PATH NAME`, by name."""
    for name, content in images.items():
        (folder / name).write_bytes(content)
    return {name: f"{folder / name} {name}" for name in images}


def test_bad_images(boot, tmp_path):
    lines = write_images(tmp_path, {name: content for name, (content, _) in BAD_IMAGES.items()})
    log = judge(boot(["hello.elf good", *lines.values()]), expected=CONFIG_ERROR)
    told = [line for line in log.split("\r\n") if line.startswith("Belfry: error: ")]
    for line, (name, (_, expected)) in zip(told, BAD_IMAGES.items()):
        found = re.fullmatch(rf'Belfry: error: partition "{name}": image: .* is 0x[0-9a-f]+: expected (.+)', line)
        assert found and expected in found[1], f"{line}\n{expected}"
    assert len(told) == len(BAD_IMAGES), log
    assert f"\r\nBelfry: {len(told)} errors in the configuration: not started\r\n" in log, log


def test_bad_image_and_line(boot, tmp_path):
    """Both are told; who has no valid name is called by the module's number."""
    lines = write_images(tmp_path, {"text": BAD_IMAGES["text"][0]})
    log = judge(boot([lines["text"].replace(" text", " Text mem=1"), "hello.elf good", lines["text"] + " window=0"]),
                expected=CONFIG_ERROR)
    told = re.findall(r"\r\nBelfry: error: (\S+ \S+): (\S+): ", log)
    assert told == [("module 1", "Text"), ("module 1", "mem=1"), (partition("text"), "window=0"),
                    ("module 1", "image"), (partition("text"), "image")], log


def test_good_images(boot, tmp_path):
    """What they differ from: the same builder's good image runs, as do one up to the guard page, one whose
    page of code is another segment's too, and one with a segment that has nothing in the file."""
    lines = write_images(tmp_path, {
        "plain": image(),
        "full": image([segment(size=(2 << 20) - 0x11000)]),
        "shared": image([segment(size=0x100), segment(flags=4, address=0x400800, file_size=0, size=0x100)]),
        "empty": image([segment(), segment(flags=6, address=0x402000, file_size=0)]),
    })
    judge(boot(list(lines.values())))


def test_segment_without_permissions(boot, tmp_path):
    """Its pages are the guest's to keep, not to read."""
    read = b"\x8a\x04\x25\x00\x20\x40\x00"  # mov al, [0x402000]
    kept = segment(flags=0, address=0x402000, file_size=0, size=0x1000)
    lines = write_images(tmp_path, {"a": image([segment(file_size=len(read)), kept])[:0x1000] + read})
    log = judge(boot(list(lines.values())), expected=NOT_ALL_EXITED)
    assert said(log, "a") == ["fault #PF rip=0x400000 addr=0x402000 outstanding=0, then stop"], log


# CONSOLE_WRITE of a byte at 0x402000, IRQ_STATS of eight there, and an exit with the low bytes of both results.
PROBE = bytes.fromhex("bf00204000 be01000000 b801000000 cd80 0fb6d8  bf30000000 be00204000 ba08000000 b825000000 cd80"
                      "0fb6f8 c1e708 09df b80c000000 cd80")
REFUSED = -6 & 0xFF  # EFAULT


def test_segment_permissions(boot, tmp_path):
    """A segment has its own permissions; where it has none its page can't be read either."""
    expected = {0: (REFUSED, REFUSED), 1: (1, REFUSED), 2: (1, 8), 4: (1, REFUSED), 5: (1, REFUSED), 6: (1, 8)}
    images = {f"flags{flags}": image([segment(file_size=len(PROBE)), segment(flags=flags, address=0x402000, file_size=0)],
                                     code=PROBE) for flags in expected}
    log = judge(boot(list(write_images(tmp_path, images).values())), expected=NOT_ALL_EXITED)
    for flags, (read, write) in expected.items():
        assert f"\r\nBelfry: flags{flags}: exit code {read | write << 8}, " in log, log


def test_memory_that_is_not_there(boot):
    """Each partition that finds no room is named; one that does is not."""
    log = judge(boot(["hello.elf small mem=1M", "hello.elf big mem=1G", "hello.elf huge mem=512M"], memory="256M"),
                expected=CONFIG_ERROR)
    told = [line for line in log.split("\r\n") if line.startswith("Belfry: error: ")]
    for line, (name, word) in zip(told, [("big", "mem=1G"), ("huge", "mem=512M")]):
        assert re.fullmatch(rf'Belfry: error: partition "{name}": {word}: .*expected at most \d+K with its tables', line), line
    assert len(told) == 2 and log.endswith("\r\nBelfry: 2 errors in the configuration: not started\r\n"), log


def test_memory_in_pieces(boot):
    """What is expected is what one partition could have: of 3 GiB and 1.5 GiB, after three took 1 GiB each."""
    log = judge(boot([f"hello.elf p{n} mem=1G" for n in range(4)], memory="4608M"), expected=CONFIG_ERROR)
    most = int(re.search(r'error: partition "p3": mem=1G: .*expected at most (\d+)K', log)[1])
    assert 1000 << 10 < most < 1 << 20, log


# ---- good values ---------------------------------------------------------------------------------

def said_of(log, name):
    return re.search(rf"\r\nBelfry: {name}: (mem .*)\r\n", log)[1]


def test_defaults(boot):
    """mem=2M, fault=stop, restarts=3, no grant, no window; a tick each 1193 / 1193182 s."""
    log = judge(boot(["stumble.elf a -- restart=1", "hello.elf b"]), expected=NOT_ALL_EXITED)
    assert said_of(log, "a") == said_of(log, "b") == "mem 2048K, fault stop"
    assert said(log, "a") == [f"life {n}" for n in range(4)]
    assert said(log, "b") == ["Hello from partition 1, with 2048 KiB of memory."]


def test_all_words(boot):
    """Every key at its limits, in any order; arguments may look like words."""
    log = judge(boot(["hello.elf first restarts=1000000 fault=restart mem=128K window=10000 line=15 line=0 line=1",
                      "hello.elf a-b_c9 ports=0x310-784 ports=65535 vector=255 vector=48 vector=48 mem=1024K window=1",
                      "hello.elf fifteen-letters fault=halt mem=64M restarts=0 -- mem=1 colour=blue --"],
                     hv="quantum=10000 burst=1000 hz=20000 com=1 exit=idle", icount=True))
    assert said_of(log, "first") == "mem 128K, fault restart (at most 1000000), window 10000, line 0, line 1, line 15"
    assert said_of(log, "a-b_c9") == ("mem 1024K, fault stop, window 1, vector 48, vector 255, "
                                      "ports 0x310-0x310, ports 0xffff-0xffff")
    assert said_of(log, "fifteen-letters") == "mem 65536K, fault halt"
    for name, memory in (("first", 128), ("a-b_c9", 1024), ("fifteen-letters", 65536)):
        assert len(said(log, name)) == 1 and said(log, name)[0].endswith(f"with {memory} KiB of memory.")


@pytest.mark.parametrize("hz, divisor", [(19, 62799), (1000, 1193), (20000, 60)])
def test_hz(boot, hz, divisor):
    """Under icount, where a nanosecond is a TSC tick, the clock's seconds show the PIT's rate."""
    log = judge(boot(["clock.elf clock line=0 -- seconds=1"], hv=f"exit=idle hz={hz}", icount=True))
    ticks = -(-1193182 // divisor)
    assert said(log, "clock")[0] == f"00:00:01  {ticks} ticks in {ticks} upcalls, at most 1 in one"


def test_no_uart(boot):
    """Where none answers, what is said is lost, and nobody waits for it."""
    log = judge(boot(["hello.elf a", "stumble.elf b"], hv="exit=idle com=2"))
    assert log == ""


def test_com2(boot):
    """com=2 moves the console to the second serial port, and its line and ports are the console's then."""
    booted = boot(["hello.elf a line=4 ports=0x3f8-0x3ff"], hv="exit=idle com=2", com2=True)
    heard = booted.hear(b"with 2048 KiB of memory.\r\n")
    assert b"Belfry: version " in heard and b"\r\na: Hello from partition 0, " in heard
    judge(booted)
    assert booted.log == ""
    booted = boot(["hello.elf a line=3 ports=0x2ff"], hv="exit=idle com=2", com2=True)
    heard = booted.hear(b": not started\r\n")
    assert b'partition "a": line=3: expected another line than 3, the console\'s' in heard
    assert b'partition "a": ports=0x2ff: expected ports without 0x2f8-0x2ff, the console\'s' in heard
    judge(booted, expected=CONFIG_ERROR)
