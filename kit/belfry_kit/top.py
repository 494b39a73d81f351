# SPDX-License-Identifier: BSD-2-Clause
"""A running system's console with the sample monitor at its other end: `ask` types a command there, `top` some again and
again."""
import re
import socket
import sys
import time

from belfry_kit.paths import Refused

COMMANDS = ("partitions", "windows")
PATIENCE = 10  # seconds for an answer
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


class Console:
    """A console with a monitor at the other end."""

    def __init__(self, client):
        self.client = client
        self.heard = ""

    def hear(self):
        self.client.settimeout(PATIENCE)
        try:
            more = self.client.recv(65536)
        except TimeoutError:
            raise Refused("no monitor answers: expected a partition that runs the monitor, with the input") from None
        except ConnectionError:
            more = b""
        if not more:
            raise Ended("the system has ended")
        self.heard += more.decode("latin-1")

    def ask(self, command):
        """The lines between the command's echo and the next prompt, without the name that each begins with."""
        self.heard = ""
        try:
            self.client.sendall(b"\x15" + command.encode() + b"\r")
        except ConnectionError:
            raise Ended("the system has ended") from None
        while not (found := re.search(rf"{re.escape(command)}\r\n((?s:.*?))^(\S+): >", self.heard, re.M)):
            self.hear()
        answer, name = found.groups()
        return [line[len(name) + 2:] for line in answer.split("\r\n") if line.startswith(f"{name}: ")]


def ask(place, command):
    """The lines of the monitor's answer; none where the system ends with it."""
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
