# SPDX-License-Identifier: BSD-2-Clause
"""Each sample end to end, as its user meets it."""
import contextlib
import re

import pytest

from machine import ALL_EXITED, GUESTS, ROOT
from verdict import judge, said

PIT_HZ, DIVISOR = 1193182, 1193  # at 1000 Hz


def test_hello(boot):
    log = judge(boot(["hello.elf first", "hello.elf second mem=128K"]))
    assert said(log, "first") == ["Hello from partition 0, with 2048 KiB of memory."]
    assert said(log, "second") == ["Hello from partition 1, with 128 KiB of memory."]


def check_clock(lines, seconds):
    """A line for each second with the ticks that it took, then the books: none was lost."""
    assert len(lines) == seconds + 1, lines
    total, upcalls, largest = 0, 0, 0
    for n, line in enumerate(lines[:-1], start=1):
        found = re.fullmatch(rf"00:00:{n:02}  (\d+) ticks in (\d+) upcalls, at most (\d+) in one", line)
        assert found, line
        total += int(found[1])
        upcalls += int(found[2])
        largest = max(largest, int(found[3]))
        # The clock looks when an upcall is over, so a second ends with the upcall that reaches it.
        reached = -(-n * PIT_HZ // DIVISOR)
        assert reached <= total < reached + largest, line
    books = re.fullmatch(r"raised (\d+), acknowledged (\d+), outstanding (\d+); (\d+) came here", lines[-1])
    raised, acknowledged, outstanding, came = map(int, books.groups())
    assert raised == came + outstanding and acknowledged == came >= total, lines[-1]
    return upcalls, largest


def test_clock(boot):
    """Alone: each tick has an upcall of its own."""
    log = judge(boot(["clock.elf clock line=0 -- seconds=3"], icount=True))
    lines = said(log, "clock")
    assert [line[10:14] for line in lines[:3]] == ["1001", "1000", "1000"], lines
    assert check_clock(lines, 3) == (3001, 1)


def test_clock_in_a_window(boot):
    """With 10 ticks of 50 for itself: the first upcall of each window carries what was counted while it was away."""
    log = judge(boot(["clock.elf clock line=0 window=10 -- seconds=2", "steady.elf other line=0 window=40 -- ms=2100"],
                     icount=True), ["other"])
    upcalls, largest = check_clock(said(log, "clock"), 2)
    assert largest == 41 and 2 * 199 <= upcalls <= 2 * 201, log


def test_clock_without_its_line(boot):
    log = judge(boot(["clock.elf clock -- seconds=3"]), expected=37)
    assert said(log, "clock") == ["vector 32: status -2; expected the grant line=0"]


# QEMU's names of the keys, row by row of a US keyboard, and what they mean without Shift and with it.
ROWS = [
    ("1 2 3 4 5 6 7 8 9 0 minus equal", "1234567890-=", "!@#$%^&*()_+"),
    ("q w e r t y u i o p bracket_left bracket_right", "qwertyuiop[]", "QWERTYUIOP{}"),
    ("a s d f g h j k l semicolon apostrophe grave_accent", "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    ("backslash z x c v b n m comma dot slash", "\\zxcvbnm,./", "|ZXCVBNM<>?"),
]
SILENT = ["up", "delete", "f1", "caps_lock", "backspace", "alt", "ctrl"]
GREY = ["up", "delete"]  # a byte more when pressed, and one when let go


def test_keyboard(boot):
    """Every key with a character, either Shift, keys without one, Tab, Enter; Esc ends it."""
    strokes = []
    for row, _, _ in ROWS:
        keys = row.split()
        strokes += [[key] for key in keys] + [["tab"]]
        strokes += [["shift" if at % 2 else "shift_r", key] for at, key in enumerate(keys)] + [["spc"], ["ret"]]
    strokes += [[key] for key in SILENT + ["a", "ret"]]
    # Under icount a key is held for a time of the guest's, so that none comes before the last was read.
    booted = boot(["keyboard.elf keyboard line=1 ports=0x60"], qmp=True, icount=True)
    booted.wait_for("^keyboard: type; Esc ends me")

    def press(keys):
        booted.qmp("send-key", keys=[{"type": "qcode", "data": key} for key in keys], **{"hold-time": 1})

    for stroke in strokes:
        press(stroke)
    with contextlib.suppress(ValueError, OSError):  # QEMU may have ended before it answers
        press(["esc"])
    log = judge(booted)
    typed = [f"{plain}\t{shifted} " for _, plain, shifted in ROWS] + ["a"]
    assert said(log, "keyboard") == ["type; Esc ends me", *typed, "", "Esc: the end"], log
    # A byte and an interrupt for each key pressed and let go; the last, of Esc let go, may come too late.
    sent = 2 * sum(map(len, strokes)) + 2 * len(GREY) + 2
    raised = re.search(r"Belfry: keyboard: .* upcalls (\d+), raised (\d+), acknowledged (\d+)", log)
    assert sent - 1 <= int(raised[2]) <= sent and raised[1] == raised[2] == raised[3], raised


PROMPT = b"\r\n> "


def test_echo(boot):
    """The line editor: Backspace and ^U, a line that is too long, both ends of a line, ^D."""
    booted = boot(["echo.elf echo line=3 ports=0x2F8-0x2FF"], com2=True)
    assert booted.hear(PROMPT) == b"\r\nThis is Belfry's echo. ^D ends me." + PROMPT
    for typed, line, shown in [
            (b"hello\r", b"hello", b"hello"),
            (b"helq\x7flo\x08\x08lo\r\n", b"hello", b"helq\b \blo\b \b\b \blo"),
            (b"wrong\x15right\n", b"right", b"wrong" + b"\b \b" * 5 + b"right"),
            (b"\x08\x15\x01x\x1b\r", b"x", b"x"),
            (b"0123456789" * 9 + b"\r", (b"0123456789" * 8)[:79], (b"0123456789" * 8)[:79]),
            (b"not the\x04end\r", b"not theend", b"not theend")]:
        booted.com2.sendall(typed)
        assert booted.hear(PROMPT) == shown + b"\r\nyou said: " + line + PROMPT
    booted.com2.sendall(b"\r\r\n\n\x04")
    assert booted.hear(b"bye\r\n") == 3 * PROMPT + b"\r\nbye\r\n"
    log = judge(booted)
    assert said(log, "echo")[1:3] == ['received "hello"', 'received "hello"']
    assert said(log, "echo")[-1] == "^D: the end"


def test_cxx(boot):
    log = judge(boot(["cxx.elf cxx line=0", "cxx.elf none"]), expected=37)
    assert said(log, "cxx") == ["tick 100: the lamp is on", "tick 150: the counter is 1", "tick 200: the lamp is off",
                                "tick 300: the lamp is on", "tick 300: the counter is 2", "the counter ends at 2"]
    assert said(log, "none") == ["status -2; expected the grant line=0"]
    assert "Belfry: cxx: exit code 0," in log


def test_asm(boot):
    log = judge(boot(["asm.elf asm line=0 vector=48", "asm.elf none line=0"], icount=True), expected=37)
    assert said(log, "asm") == ["hundred 1", "hundred 2", "hundred 3"]
    assert "Belfry: asm: exit code 0, restarts 0, upcalls 303, raised 303, acknowledged 303," in log
    assert "Belfry: none: exit code 2," in log


@pytest.mark.skipif(not (GUESTS / "rust.elf").exists(), reason="there was no rustc for x86_64-unknown-linux-gnu to build it")
def test_rust(boot):
    log = judge(boot(["rust.elf rust line=0 -- ticks=50", "rust.elf none"], icount=True), expected=37)
    assert said(log, "rust") == ["50 ticks and more, counted in Rust"]
    assert said(log, "none") == ["status -2; expected the grant line=0"]
    assert "Belfry: rust: exit code 0, restarts 0, upcalls 50, raised 50, acknowledged 50," in log


def attempts_in_source():
    """How many there are: the X( lines, and the rows of the tables."""
    folder = ROOT / "guest-api/samples/rogue"
    instructions = re.findall(r"^    X\(", (folder / "instructions.c").read_text(), re.M)
    rows = [row for name in ("memory.c", "state.c")
            for row in re.findall(r'^    \{"', (folder / name).read_text(), re.M)]
    return len(instructions) + len(rows)


@pytest.mark.parametrize("cpu", ["qemu64", "max", "Nehalem"])
def test_rogue(boot, cpu):
    """Every attempt is stopped or without effect, and the others' time is exact meanwhile."""
    log = judge(boot(["rogue.elf rogue fault=restart restarts=1000", "clock.elf clock line=0 -- seconds=1",
                      "steady.elf steady line=0 -- ms=1000"], cpu=cpu, icount=True), ["steady"], ALL_EXITED)
    check_clock(said(log, "clock"), 1)
    lines = said(log, "rogue")
    count = attempts_in_source()
    assert count > 80 and lines[-1] == f"{count} attempts, and still in here", log
    ends = [at for at, line in enumerate(lines) if re.fullmatch(
        r"fault .*, then restart|attempt \d+: no effect, as should be", line)]
    starts = [at for at, line in enumerate(lines) if re.match(r"attempt \d+: (?!no effect)", line)]
    assert [int(re.match(r"attempt (\d+)", lines[at])[1]) for at in starts] == list(range(1, count + 1)), log
    # Between an attempt's announcement and its end stands nothing, or what it printed.
    for start, end, following in zip(starts, ends, starts[1:] + [len(lines) - 1]):
        assert end == following - 1 and set(lines[start + 1:end]) <= {"backwards?"}, lines[start]
