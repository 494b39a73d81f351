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


def test_whole_way(system):
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


def test_nobody_answers(tmp_path):
    """Who listens is no monitor: that is said, and soon."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "console"))
    server.listen()
    ended = threading.Thread(target=lambda: server.accept()[0].close())
    ended.start()
    assert belfry("top", tmp_path / "console", status=1) == "belfry: the system has ended\n"
    ended.join()
    server.close()
