# SPDX-License-Identifier: BSD-2-Clause
"""
QEMU's gdb stub without gdb: stop at a symbol of the hypervisor, look, change registers and memory, go on.
The protocol: "Debugging with GDB", appendix E.
"""
import pathlib
import re
import socket
import subprocess
import time

from machine import BUILD

# The stub's numbers of the registers are gdb's for x86-64.
REGISTERS = ["rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", *(f"r{n}" for n in range(8, 16)), "rip"]
EFLAGS = len(REGISTERS)


def symbols():
    """The addresses of the hypervisor's functions and objects, by name."""
    table = subprocess.run(["nm", BUILD / "belfry.debug"], capture_output=True, text=True, check=True).stdout
    return {name: int(address, 16) for address, name in re.findall(r"^(\w+) \w (\S+)$", table, re.M)}


class Stub:
    """Stub(folder).options are for QEMU, which then waits; connect() to it and go()."""

    def __init__(self, folder):
        self.path = pathlib.Path(folder) / "gdb"
        self.options = ["-S", "-gdb", f"unix:{self.path},server=on,wait=off"]
        self.socket = None

    def connect(self):
        end = time.monotonic() + 10
        while not self.socket:
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(60)
            try:
                client.connect(str(self.path))
                self.socket = client
                # Who reads the description of the registers may ask for single ones.
                self.ask("qXfer:features:read:target.xml:0,40")
            except OSError:
                client.close()
                assert time.monotonic() < end, "QEMU's gdb stub did not come up"
                time.sleep(0.02)

    def close(self):
        self.socket.close()

    def send(self, packet):
        self.socket.sendall(b"$%s#%02x" % (packet.encode(), sum(packet.encode()) % 256))

    def receive(self):
        """The next packet; acknowledges it and skips acknowledgements."""
        data = b""
        while not (found := re.search(rb"\$([^#]*)#..", data)):
            more = self.socket.recv(4096)
            assert more, f"QEMU's gdb stub ended after {data}"
            data += more
        self.socket.sendall(b"+")
        return found[1].decode()

    def ask(self, packet):
        self.send(packet)
        return self.receive()

    def command(self, packet):
        answer = self.ask(packet)
        assert answer == "OK", f"{packet}: {answer}"

    def run_to(self, address):
        """Runs until the instruction at `address` is about to be executed, again if that is so now."""
        self.ask("s")
        self.command(f"Z1,{address:x},1")
        answer = self.ask("c")
        assert answer.startswith("T05"), answer
        self.command(f"z1,{address:x},1")

    def go(self):
        self.send("c")

    @property
    def flags(self):
        return int.from_bytes(bytes.fromhex(self.ask(f"p{EFLAGS:x}")), "little")

    def __getitem__(self, register):
        return int.from_bytes(bytes.fromhex(self.ask(f"p{REGISTERS.index(register):x}")), "little")

    def __setitem__(self, register, value):
        self.command(f"P{REGISTERS.index(register):x}={value.to_bytes(8, 'little').hex()}")

    def read(self, address, size):
        return bytes.fromhex(self.ask(f"m{address:x},{size:x}"))

    def write(self, address, content):
        self.command(f"M{address:x},{len(content):x}:{content.hex()}")
