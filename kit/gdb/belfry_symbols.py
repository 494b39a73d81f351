# SPDX-License-Identifier: BSD-2-Clause
"""Guests' symbols. All guests have the same addresses, so gdb has those of one at a time; they are taken from the image in
the machine's memory, and so are those of what runs."""
import contextlib
import pathlib
import struct
import tempfile

import gdb

import belfry_state as state

GUEST_END = 1 << 47  # guests' addresses are below, the hypervisor's above
SYMBOL_TABLE, EXECUTABLE = 2, 4  # of a section: sh_type, sh_flags (System V ABI, "Object Files")


def code_symbols(image):
    """(address, name) of what an ELF64 file names of its code, ascending."""
    table, (size, count) = struct.unpack_from("<Q", image, 40)[0], struct.unpack_from("<HH", image, 58)
    sections = [struct.unpack_from("<IIQQQQIIQQ", image, table + size * n) for n in range(count)]
    found = []
    for _, kind, _, _, start, length, names, *_ in sections:
        for at in range(start, start + length, 24) if kind == SYMBOL_TABLE else ():
            name, _, _, section, address, _ = struct.unpack_from("<IBBHQQ", image, at)
            if section < count and sections[section][2] & EXECUTABLE:
                text = sections[names][4] + name
                found.append((address, image[text:image.index(b"\0", text)].decode()))
    return sorted(found)


class Guests:
    def __init__(self):
        self.forget()

    def forget(self):
        """For another machine."""
        self.folder, self.shown = tempfile.TemporaryDirectory(prefix="belfry-gdb-"), None

    def file(self, partition):
        file = pathlib.Path(self.folder.name, f"{state.name(partition)}.elf")
        if not file.exists():
            image = partition["image"]
            file.write_bytes(gdb.selected_inferior().read_memory(int(image["bytes"]), int(image["size"])))
        return file

    def show(self, file):
        if file == self.shown:
            return
        if self.shown:
            gdb.execute(f'with confirm off -- remove-symbol-file "{self.shown}"', to_string=True)
        if file:
            gdb.execute(f'with confirm off -- add-symbol-file "{file}"', to_string=True)
        self.shown = file

    def follow(self):
        """Shows those of the guest in which the machine has stopped. Where that is in the hypervisor they stay: gdb complains
        of a breakpoint with several places, an inlined function's, where symbols change while it stops there."""
        if state.is_booted() and state.in_guest() and (partition := state.current()) is not None:
            self.show(self.file(partition))

    @contextlib.contextmanager
    def looked_up(self, partition):
        """While gdb looks something up in that one's."""
        before = self.shown
        self.show(self.file(partition))
        try:
            yield
        finally:
            self.show(before)

    def places(self, partition, place):
        """The addresses at which gdb would put a breakpoint there."""
        with self.looked_up(partition):
            gdb.decode_line(place)  # where there is none, it says so
            found = gdb.Breakpoint(place, internal=True)
            addresses = [location.address for location in found.locations]
            found.delete()
        return [address for address in addresses if address < GUEST_END]

    def name_of(self, partition, address):
        """What the image calls the address: ` <function+offset>`, or nothing."""
        below = [symbol for symbol in code_symbols(self.file(partition).read_bytes()) if symbol[0] <= address]
        return f" <{below[-1][1]}+{address - below[-1][0]}>" if below else ""
