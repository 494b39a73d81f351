# SPDX-License-Identifier: BSD-2-Clause
"""A running system's console with the sample monitor at its other end: `ask` types a command there, `top` some again and
again."""
import collections
import socket
import sys
import time

from belfry_kit.paths import Refused

COMMANDS = ("partitions", "windows")
LINE_MAX = 79  # characters
PATIENCE = 10  # seconds for the next line of an answer
CLEAR = "\x1b[H\x1b[2J"


def connect(place):
    """A Unix socket, or HOST:PORT."""
    host, colon, port = place.rpartition(":")
    try:
        if colon and port.isdigit():
            return socket.create_connection((host, int(port)), PATIENCE)
        client = socket.socket(socket.AF_UNIX)
        client.connect(place)
    except OSError as problem:
        raise Refused(f"{place}: {problem.strerror or problem}; expected the console of a running system, as a Unix socket "
                      "or HOST:PORT") from None
    return client


class Ended(Refused):
    """The system is no longer there."""


def check(command):
    """That the monitor's line takes it."""
    if not 0 < len(command) <= LINE_MAX or not (command.isascii() and command.isprintable()):
        raise Refused(f"{command!r}: expected a command of 1 to {LINE_MAX} printable ASCII characters")


class Console:
    """A console with a monitor at the other end. Each line begins with the name of who says it; one that is not whole yet is
    closed where another has something to say, and goes on in the next of its name."""

    def __init__(self, client):
        self.client = client
        self.patient_until = 0
        self.line = ""  # the one that is not at its end

    def be_patient(self):
        self.patient_until = time.monotonic() + PATIENCE

    def hear(self):
        """More of it: lines that have come to their end."""
        try:
            self.client.settimeout(max(self.patient_until - time.monotonic(), 0.001))
            more = self.client.recv(65536)
        except TimeoutError:
            raise Refused("no monitor answers: expected a partition that runs the monitor, with the input") from None
        except ConnectionError:
            more = b""
        if not more:
            raise Ended("the system has ended")
        *lines, self.line = (self.line + more.decode("latin-1")).split("\r\n")
        return lines

    def ask(self, command):
        """What the one says who echoes the command behind a prompt, up to its next prompt. Enter brings the prompt."""
        try:
            self.client.sendall(b"\x15\r" + command.encode() + b"\r")
        except ConnectionError:
            raise Ended("the system has ended") from None
        self.be_patient()
        typed = f"> {command}"
        ends, answer, who = collections.defaultdict(str), [], None  # `ends`: of what each says, without its line ends
        while not (who and self.line.startswith(f"{who}: >")):
            for line in self.hear():
                name, _, text = line.partition(": ")
                if who == name:
                    self.be_patient()
                    if text.startswith(">"):
                        return answer
                    answer.append(text)
                elif not who:
                    ends[name] = (ends[name] + text)[-len(typed):]
                    who = name if ends[name] == typed else None
        return answer


def ask(place, command):
    """The lines of the monitor's answer; none where the system ends with it."""
    check(command)
    with connect(place) as client:
        try:
            return Console(client).ask(command)
        except Ended:
            if command != "reboot":
                raise
            return []


def show(place, seconds, count):
    """Every `seconds` seconds, `count` times; 0: until somebody ends it."""
    with connect(place) as client:
        console = Console(client)
        at = 0
        while True:
            answers = [console.ask(command) for command in COMMANDS]
            if sys.stdout.isatty():
                sys.stdout.write(CLEAR)
            print("\n\n".join("\n".join(lines) for lines in answers), flush=True)
            at += 1
            if at == count:
                return
            time.sleep(seconds)
