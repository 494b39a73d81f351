# SPDX-License-Identifier: BSD-2-Clause
"""Boots Belfry in QEMU: always TCG, the console in a file, the verdict as QEMU's exit status."""
import json
import os
import pathlib
import re
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BELFRY_BUILD", ROOT / "build")).resolve()
GUESTS = BUILD / "guests"

# QEMU's exit status is twice what is written to port 0xF4, plus one (ABI.md, "What a partition is given").
CONFIG_ERROR, ALL_EXITED, NOT_ALL_EXITED, STOPPED = 33, 35, 37, 39
HUNG = 124  # as timeout(1) says it

ICOUNT = ["-icount", "shift=0,sleep=off", "-rtc", "base=2000-01-01,clock=vm"]


def module(line):
    """One module for -initrd: `image.elf name words`, the image from build/guests. `vector=48..50`
    stands for a word for each; QEMU wants commas doubled."""
    image, _, words = line.strip().partition(" ")
    words = re.sub(r"(\w+)=(\d+)\.\.(\d+)", lambda m: " ".join(
        f"{m[1]}={n}" for n in range(int(m[2]), int(m[3]) + 1)), words)
    return f"{GUESTS / image} {words}".strip().replace(",", ",,")


def search_text(pattern, text):
    """What of the text matches, or None."""
    found = re.search(pattern, text)
    return found and found.group()


class Machine:
    """A running QEMU. Use it in a `with`; leaving that ends it."""

    def __init__(self, folder, modules=(), hv="exit=idle", timeout=120, machine="pc", cpu="qemu64",
                 memory="256M", icount=False, com2=False, qmp=False, media=None, devices=(), cwd=None):
        self.folder = pathlib.Path(folder)
        self.timeout = timeout
        self.console = self.folder / "console"
        command = ["timeout", "-k", "5", str(timeout), "qemu-system-x86_64", "-accel", "tcg",
                   "-machine", machine, "-cpu", cpu, "-m", memory, "-display", "none",
                   "-monitor", "none", "-nodefaults", "-vga", "std", "-no-reboot",
                   "-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-serial", "stdio"]
        if com2:
            command += ["-serial", f"unix:{self.folder / 'com2'},server=on,wait=on"]
        if qmp:
            command += ["-qmp", f"unix:{self.folder / 'qmp'},server=on,wait=off"]
        if media:
            command += media
        else:
            command += ["-kernel", str(BUILD / "belfry.elf"), "-append", hv]
            if modules:
                command += ["-initrd", ",".join(module(line) for line in modules)]
        command += [*(ICOUNT if icount else []), *devices]
        self.command = command
        self.started = time.monotonic()
        with open(self.console, "wb") as console:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=console,
                                            stderr=subprocess.PIPE, cwd=cwd)
        self.com2 = self.connect("com2") if com2 else None
        self.qmp_file = self.connect("qmp").makefile("rw") if qmp else None
        if qmp:
            self.qmp_answer()  # its greeting
            self.qmp("qmp_capabilities")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()  # timeout(1) hands it on to its QEMU
            self.process.wait(10)
        if self.com2:
            self.com2.close()

    def connect(self, name):
        end = time.monotonic() + 10
        while True:
            try:
                client = socket.socket(socket.AF_UNIX)
                client.connect(str(self.folder / name))
                client.settimeout(60)
                return client
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.02)

    def qmp_answer(self):
        while True:
            answer = json.loads(self.qmp_file.readline())
            if "event" not in answer:
                return answer

    def qmp_send(self, command, **arguments):
        """Asks, and waits for no answer: what ends the machine may get none."""
        json.dump({"execute": command, "arguments": arguments}, self.qmp_file)
        self.qmp_file.flush()

    def qmp(self, command, **arguments):
        self.qmp_send(command, **arguments)
        answer = self.qmp_answer()
        assert "return" in answer, answer
        return answer["return"]

    def monitor(self, line):
        """What QEMU's monitor answers to a line."""
        return self.qmp("human-monitor-command", **{"command-line": line})

    def send(self, text):
        """Types on the first serial port."""
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def hear(self, text):
        """Reads the second serial port until `text` has come; answers all since the last call. Who
        does not read blocks it: a byte in a socket takes the space of hundreds."""
        heard = b""
        while text not in heard:
            more = self.com2.recv(4096)
            assert more, f"the second serial port ended without {text}: {heard}\n{self.report()}"
            heard += more
        return heard

    @property
    def log(self):
        """What came on the console, control characters as \\xNN, lines ended as on the wire."""
        return self.console.read_bytes().decode("latin-1")

    @property
    def lines(self):
        return self.log.split("\r\n")

    def wait_for(self, pattern):
        """Waits until a line of the console matches; answers the match. In a line that may go on, what would not be more then."""
        while True:
            ended = self.process.poll() is not None
            *lines, last = self.lines
            for line in lines:
                if found := re.search(pattern, line):
                    return found
            found = re.search(pattern, last)
            if found and (ended or all(found.group() == search_text(pattern, last + more) for more in "0a ")):
                return found
            if ended:
                raise AssertionError(f"never said: {pattern}\n{self.report()}")
            time.sleep(0.02)

    def wait(self):
        """Waits for its end; answers QEMU's exit status, or HUNG."""
        self.process.wait()
        return self.process.returncode

    def report(self):
        """What somebody needs to know who looks for a failure."""
        errors = self.process.stderr.read().decode() if self.process.poll() is not None else ""
        return f"---- {' '.join(self.command)}\n{errors}---- the console:\n{self.log}\n----"
