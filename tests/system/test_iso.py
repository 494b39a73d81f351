# SPDX-License-Identifier: BSD-2-Clause
"""The ISO on each machine that is promised, driven as a person would: by GRUB's menu on the serial console."""
import re

import pytest

import machine
import test_cpu_state as cpu_state
import test_guests
from verdict import Failure, judge

ISO = ["-cdrom", str(machine.BUILD / "belfry.iso")]
UEFI = ["-bios", "/usr/share/ovmf/OVMF.fd"]
MENU_CONFIG = machine.BUILD / "iso/boot/grub"

PAIRS = {
    "bios-pc-qemu64-1G": {"machine": "pc", "cpu": "qemu64", "memory": "1G", "media": ISO},
    "bios-q35-max-8G": {"machine": "q35", "cpu": "max", "memory": "8G", "media": ISO},
    "uefi-q35-max-1G": {"machine": "q35", "cpu": "max", "memory": "1G", "media": ISO + UEFI},
}
DOWN, ENTER = b"\x1b[B", b"\r"

pairs = pytest.mark.parametrize("pair", PAIRS)


@pytest.fixture
def menu(boot):
    """menu(pair, …) boots the ISO up to GRUB's menu."""
    def start(pair, **options):
        booted = boot(timeout=180, **PAIRS[pair], **options)
        booted.wait_for("Belfry: self-test with a cyclic frame")
        return booted
    return start


def partitions(config):
    """The name and the words of each partition in a file of GRUB commands."""
    return [(line.split()[2], line.split()[3:]) for line in config.splitlines()
            if line.split()[:1] == ["module"]]


def entry(name):
    """The commands of one entry of the menu."""
    return re.search(rf"--id {name} .*?\n}}", (MENU_CONFIG / "grub.cfg").read_text(), re.S)[0]


@pairs
def test_demo(menu, pair):
    """Enter starts the demo: the banner, a line for each partition, then each guest has its say."""
    booted = menu(pair, com2=True, qmp=True)
    booted.send(ENTER)
    amount = booted.wait_for(r"Belfry: version [\d.]+, (\d+) MiB of memory, (.*)")
    expected = 8192 if "8G" in pair else 1024
    assert expected - 16 <= int(amount[1]) <= expected, amount[0]
    assert ("SMEP SMAP UMIP" in amount[2]) == ("max" in pair) and "NX" in amount[2], amount[0]
    demo = partitions(entry("demo"))
    for name, words in demo:
        line = booted.wait_for(rf"^Belfry: {name}: mem 2048K, fault .*").group()
        for word in words[:words.index("--")] if "--" in words else words:
            key, _, value = word.partition("=")
            shown = {"ports": "ports 0x", "restarts": f"at most {value}"}.get(key, f"{key} {value}")
            assert shown in line, f"{word}: {line}"
    booted.wait_for(r"^hello: Hello from partition 0, with 2048 KiB of memory\.")
    booted.wait_for(r"^keyboard: type; Esc ends me")
    booted.wait_for(r"^rogue: attempt 1: ")
    booted.wait_for(r"^rogue: fault #GP .*, then restart")
    booted.wait_for(r"^clock: 00:00:01  \d+ ticks in \d+ upcalls, at most \d+ in one")
    booted.wait_for(r"^echo: waiting for somebody")
    booted.hear(b"This is Belfry's echo. ^D ends me.\r\n> ")
    booted.com2.sendall(b"over here\r")
    booted.hear(b"you said: over here\r\n> ")
    booted.wait_for(r'^echo: received "over here"')
    cpu_state.check_registers(booted, cpu_state.CR4_MAX if "max" in pair else cpu_state.CR4)
    cpu_state.check_controllers(booted)


def test_demo_is_the_default(boot):
    """GRUB counts from 3, without a key, and starts the demo."""
    booted = boot(**PAIRS["bios-pc-qemu64-1G"])
    assert booted.wait_for(r"executed automatically in (\d+)s")[1] == "3"
    booted.wait_for(r"^hello: Hello from partition 0")


def highlighted(booted, folder):
    """The rows of pixels of the chosen entry, all of them light for most of their width; not its frame's two."""
    path = folder / "screen"
    booted.qmp("screendump", filename=str(path))
    size, _, pixels = path.read_bytes().removeprefix(b"P6\n").split(b"\n", 2)
    width, height = map(int, size.split())
    rows = [pixels[3 * width * row:3 * width * (row + 1)] for row in range(height)]
    light = [sum(byte > 100 for byte in row) > 3 * width / 2 for row in rows]
    return [n for n in range(1, height) if light[n] and light[n - 1]]


@pytest.mark.parametrize("pair", ["bios-pc-qemu64-1G", "uefi-q35-max-1G"])
def test_menu_on_the_screen(menu, tmp_path, pair):
    """The PC's own screen and keyboard do as well: the chosen entry stands out, Down moves it, a hotkey starts one."""
    booted = menu(pair, qmp=True)
    booted.wait_for("highlighted entry")
    first = highlighted(booted, tmp_path)
    assert len(first) > 8, first
    press(booted, "down")
    # Seen in the midst of its drawing it is none, or shorter.
    while len(second := highlighted(booted, tmp_path)) != len(first) or second == first:
        pass
    assert second[0] == first[-1] + 2, (first, second)
    press(booted, "s")
    judge_selftest(booted, pair)


def press(booted, key):
    booted.qmp("send-key", keys=[{"type": "qcode", "data": key}])


def judge_selftest(booted, pair):
    """All that GRUB was told to load is there, has passed, and is in the summary."""
    names = [name for name, _ in partitions((MENU_CONFIG / "selftest.cfg").read_text())]
    log = judge(booted, names)
    for name in names:
        if f"\r\nBelfry: {name}: exit code 0, " not in log:
            raise Failure(f"{pair}: {name} is not in the summary\n{booted.report()}")
    totals = f"\r\nBelfry: of {len(names)} partitions {len(names)} exited with code 0, 0 did not\r\n"
    if not log.endswith(totals):
        raise Failure(f"{pair}: the last line has not the totals\n{booted.report()}")
    return names, log


@pairs
def test_selftest(menu, pair):
    """Chosen by its hotkey."""
    booted = menu(pair)
    booted.send(b"s")
    _, log = judge_selftest(booted, pair)
    assert ", window" not in log


@pairs
def test_selftest_cyclic(menu, pair):
    """Chosen by the arrow keys: each partition has a window of the frame."""
    booted = menu(pair)
    booted.send(DOWN + DOWN + ENTER)
    names, log = judge_selftest(booted, pair)
    assert len(re.findall(r"\r\nBelfry: [^:]+: mem .*, window 2\b", log)) == len(names), log


def needs_no_host(path, keys):
    """Whether a guest's system runs anywhere, as GRUB hands its lines over."""
    variants = re.findall(r"^[ */;]*qemu:(.*)", path.read_text(), re.M) or [""]
    anywhere = any(all(re.match("(machine|cpu|memory)=", word) for word in variant.split())
                   for variant in variants)
    lines = "\n".join(keys["system"])
    return (lines and anywhere and not keys["hv"] and not keys["exit"]
            and "  " not in lines and "window=" not in lines)


def test_selftest_has_all():
    """Every test guest that needs no host, with the grants that its own test gives it."""
    config = (MENU_CONFIG / "selftest.cfg").read_text()
    wanted = []
    for path in test_guests.SOURCES:
        keys = test_guests.header(path)
        for line in keys["system"] if needs_no_host(path, keys) else []:
            name, *words = re.sub(r"^\S+\.elf ", "", machine.module(f"x {line}").split(" ", 1)[1]).split()
            wanted.append((name if name == path.stem else f"{path.stem}-{name}", words))
    found = [(name, [word for word in words if word != "$window"]) for name, words in partitions(config)]
    assert found == wanted and len(found) > 5
