# SPDX-License-Identifier: BSD-2-Clause
"""A user's way with the kit: a guest of one's own beside two samples and the monitor, checked, booted, and looked at while
it runs."""
import os
import re
import socket
import subprocess
import threading
import time

import pytest

from belfry_kit import top
from belfry_kit.paths import Refused
from kit import BELFRY, belfry, run, write_system

WAIT = 60


class Running:
    """`belfry run --console`, in the background."""

    def __init__(self, folder, path):
        self.console = folder / "console"
        self.log = folder / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(["timeout", "-k", "5", "120", BELFRY, "run", path, "--console", self.console,
                                             "--", "-accel", "tcg"], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT)

    def wait_for(self, pattern):
        end = time.monotonic() + WAIT
        while not re.search(pattern, text := self.log.read_text("latin-1"), re.M):
            assert time.monotonic() < end and self.process.poll() is None, text
            time.sleep(0.05)


@pytest.fixture
def system(tmp_path):
    """mine, hello, clock and the monitor, running."""
    belfry("new", "guest", "mine", folder=tmp_path)
    run("make", "-C", tmp_path / "mine")
    path = write_system(tmp_path, ["monitor.elf monitor system console window=10", "hello.elf hello mem=128K",
                                   "clock.elf clock line=0 window=10", "mine.elf mine line=0 -- ticks=1000000"], hv="")
    os.symlink(tmp_path / "mine/mine.elf", tmp_path / "mine.elf")
    assert re.search(r"^  clock +line 0 +10 ticks", belfry("check", path), re.M)
    running = Running(tmp_path, path)
    running.wait_for("^monitor: > ")
    yield running
    running.process.terminate()  # timeout(1) hands it on
    running.process.wait(10)


def test_top_and_ask(system):
    system.wait_for("^mine: started")
    system.wait_for("^hello: Hello")
    shown = belfry("top", system.console, "--count", 2, "--seconds", 0.2)
    tables = shown.split("state")[1:]
    assert len(tables) == 2, shown
    for table in tables:
        assert re.search(r"^mine +(ready|waiting) +0 +2048K +\d+\.\d%$", table, re.M), shown
        assert re.search(r"^hello +stopped +0 +128K +\d+\.\d%$", table, re.M), shown
        assert re.search(r"^clock +10 +\d+\.\d% +\d+$", table, re.M), shown
    said = belfry("ask", system.console, "irqs", "mine")
    raised, acknowledged, outstanding = map(int, re.search(
        r"\Amine +vector +32 gr\S* raised (\d+) acknowledged (\d+) discarded 0 outstanding (\d+) .*\n\Z", said).groups())
    assert raised == acknowledged + outstanding and raised > 0, said
    assert belfry("ask", system.console, "dance") == "dance: no command; help says which there are\n"
    assert belfry("ask", system.console, "reboot") == ""
    assert system.process.wait(10) == 0


@pytest.mark.parametrize("words", [["top"], ["ask", "help"]])
def test_no_system(tmp_path, words):
    said = belfry(words[0], tmp_path / "console", *words[1:], status=1)
    assert said.startswith(f"belfry: {tmp_path / 'console'}: No such file or directory; expected the console"), said


@pytest.mark.parametrize("words", [["top"], ["ask", "help"]])
def test_nobody_answers(tmp_path, words):
    """Who listens is no monitor: that is said, and soon."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "console"))
    server.listen()
    ended = threading.Thread(target=lambda: server.accept()[0].close())
    ended.start()
    assert belfry(words[0], tmp_path / "console", *words[1:], status=1) == "belfry: the system has ended\n"
    ended.join()
    server.close()


@pytest.fixture
def console(tmp_path):
    """A console at which others say things: what it answers, in pieces, to what is typed up to the second Enter."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "console"))
    server.listen()
    speakers = []

    def serve(pieces):
        with server.accept()[0] as client:
            typed = b""
            while typed.count(b"\r") < 2:
                typed += client.recv(100)
            try:
                for piece in pieces:
                    client.sendall(piece.encode("latin-1"))
                    time.sleep(0.02)
            except OSError:
                pass  # who asked has heard enough

    def start(pieces):
        speakers.append(threading.Thread(target=serve, args=[pieces]))
        speakers[0].start()
        return str(tmp_path / "console")

    yield start
    for speaker in speakers:
        speaker.join()
    server.close()


@pytest.mark.parametrize("pieces", [
    ["\r\nmon: > irqs a+b(c[.]\r\nmon: 1\r\nmon: 2\r\nmon: > "],
    ["\r\nmon: > ir", "qs a+b(c[.]", "\r\nmon: 1\r", "\nmon: 2\r\nmo", "n: > "],
    ["\r\nmon: > \r\none: ready\r\nmon: irq\r\none: irqs a+b(c[.]\r\nmon: s a+b(c[.]\r\n", "one: > 3\r\nmon: 1\r\none: > ",
     "\r\nmon: 2\r\nmon: > \r\none: 4\r\n"]], ids=["at once", "in pieces", "among others"])
def test_answer(console, pieces):
    """Of the monitor, whatever others say, a prompt included; a command is no pattern."""
    assert top.ask(console(pieces), "irqs a+b(c[.]") == ["1", "2"]


@pytest.mark.parametrize("pieces", [["one: hello\r\n"] * 1000, ["\r\nmon: > help\r\nmon: 1\r\n", *["one: hello\r\n"] * 1000]],
                         ids=["at all", "any longer"])
def test_others_are_no_answer(console, pieces, monkeypatch):
    monkeypatch.setattr(top, "PATIENCE", 0.5)
    with pytest.raises(Refused, match="no monitor answers"):
        top.ask(console(pieces), "help")


@pytest.mark.parametrize("command", ["", "x" * 80, "trace on\nstop clock", "stop \x01", "stop größe"])
def test_no_command(tmp_path, command):
    said = belfry("ask", tmp_path / "console", command, status=1)
    assert said.endswith(": expected a command of 1 to 79 printable ASCII characters\n"), said


def test_longest_command(system):
    """The monitor's line takes it."""
    command = ("x" * 80)[:top.LINE_MAX]
    assert belfry("ask", system.console, command) == f"{command}: no command; help says which there are\n"
