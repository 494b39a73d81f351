# SPDX-License-Identifier: BSD-2-Clause
"""What build/belfry.debug says of the hypervisor: its instructions, whose they are, its sizes."""
import bisect
import re
import struct
import subprocess

# What an instruction count doesn't weigh, by how the disassembler writes it.
WEIGHTS = {
    "ports": r"(?:in|out)[bwlsd]* ",
    "cr3": r"mov +%\w+,%cr3",
    "fx": r"fx(?:save|rstor)",
    "ltr": r"ltr ",
    "wrmsr": r"wrmsr",
}
HELPERS = ("bitmap.h", "io.h", "cpu.h")  # a bit or a port: said of who uses it
STUB = 16  # bytes, at most
HV_GATE = 0x80
SECTION = 4096  # bytes: what lies farther apart is of two sections
NOT_COUNTED = "arch/x86/pit.c"  # at boot, measuring the TSC is a wait of 4 ms


def run(*command, **options):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **options).stdout


class Image:
    def __init__(self, file):
        self.file = file
        listing = run("objdump", "-D", "-j.boot", "-j.text", "--no-show-raw-insn", file)
        self.text = {int(address, 16): text.strip() for address, text in re.findall(
            r"^ *([0-9a-f]+):\t(.*)$", listing, re.M)}
        symbols = re.findall(r"^([0-9a-f]+)(?: ([0-9a-f]+))? \w (\S+)$", run("nm", "-S", file), re.M)
        self.addresses = {name: int(address, 16) for address, _, name in symbols}
        self.sizes = {name: int(size, 16) for _, size, name in symbols if size}
        self.weight = {address: kind for address, text in self.text.items()
                       for kind, pattern in WEIGHTS.items() if re.match(pattern, text)}
        self.places = self.read_places()
        self.stubs = {stub: vector for vector, stub in enumerate(self.read_stubs())}
        self.entries = {**self.stubs, self.addresses["hypercall_entry_traced"]: HV_GATE}
        self.labels = sorted((address, name) for name, address in self.addresses.items() if "." not in name)

    def read_places(self):
        """For each instruction the functions that it is in, with their files, the innermost first."""
        addresses = "\n".join(f"{address:x}" for address in self.text)
        places = {}
        for line in run("addr2line", "-e", self.file, "-i", "-f", "-a", input=addresses).splitlines():
            if line.startswith("0x"):
                frames = places[int(line, 16)] = []
            elif not frames or len(frames[-1]) == 2:
                frames.append((line,))
            else:
                frames[-1] += (line.rpartition(":")[0],)
        return places

    def read_stubs(self):
        """trap_stubs, the table that the IDT is made of."""
        rodata = re.search(r"\.rodata +PROGBITS +([0-9a-f]+) ([0-9a-f]+)", run("readelf", "-SW", self.file))
        start, offset = (int(word, 16) for word in rodata.groups())
        return struct.unpack_from("<256Q", self.file.read_bytes(), offset + self.addresses["trap_stubs"] - start)

    def is_counted(self, address):
        return not any(file.endswith(NOT_COUNTED) for _, file in self.places[address])

    def ranges(self):
        """Of the instructions that are counted, as QEMU's -dfilter wants them."""
        ranges, open_range = [], None
        for address in sorted(self.text):
            if not self.is_counted(address):
                open_range = None
            elif open_range and address - open_range[1] < SECTION:
                open_range[1] = address
            else:
                open_range = [address, address]
                ranges.append(open_range)
        return ",".join(f"{first:#x}..{last:#x}" for first, last in ranges)

    def function(self, address):
        """Whose instruction it is: the innermost function that is more than a bit or a port."""
        if min(self.stubs) <= address < max(self.stubs) + STUB:
            return "stub"
        frames = self.places.get(address, [])
        if not frames or frames[0][1].endswith(".asm"):
            return self.labels[bisect.bisect(self.labels, (address, "~")) - 1][1]
        return next((name for name, file in frames if not file.endswith(HELPERS)), frames[0][0])
