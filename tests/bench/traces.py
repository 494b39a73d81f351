# SPDX-License-Identifier: BSD-2-Clause
"""The hypervisor's instructions one by one, as QEMU executed them, cut into the paths from a trap to
its return."""
import collections
import itertools
import re

from image import WEIGHTS

LINE = re.compile(rb"^(?:Trace 0: \S+ \[[0-9a-f]+/([0-9a-f]{16})/|(Stopped))", re.M)
TICK, GATE = 32, 0x80


def options(ranges):
    """QEMU's: a block of translated code is one instruction, and each in `ranges` is logged, on stderr."""
    return ["-singlestep", "-d", "exec,nochain", "-dfilter", ranges]


def executed(log):
    """The addresses, in order. A block that was stopped before it began is logged again later."""
    rest, held = b"", None
    while chunk := log.read1(1 << 20):
        lines, newline, rest = (rest + chunk).rpartition(b"\n")
        for address, stopped in LINE.findall(lines + newline):
            if held and not stopped:
                yield held
            held = None if stopped else int(address, 16)
    if held:
        yield held


class Trace:
    """All paths, in order; the first is the boot's. A path is a tuple of addresses: it begins at a
    stub and ends with the return to a guest, or where the next begins."""

    def __init__(self, image, log, limit=None):
        self.image = image
        returns = {address for address, text in image.text.items() if text.startswith("iretq")}
        self.paths, known, path = [], {}, []

        def close():
            if path:
                self.paths.append(known.setdefault(tuple(path), tuple(path)))
                path.clear()

        for address in itertools.islice(executed(log), limit):
            if address in image.stubs:
                close()
            path.append(address)
            if address in returns:
                close()
        close()

    def vector(self, path):
        return self.image.entries.get(path[0])

    def weights(self, paths):
        counts = collections.Counter(self.image.weight.get(address) for path in paths for address in path)
        return {kind: counts[kind] for kind in WEIGHTS}

    def listing(self, path):
        """Its instructions as text, by function."""
        for name, group in itertools.groupby(path, self.image.function):
            group = list(group)
            yield f"{len(group)} {name}"
            yield from (f"    {address:x}  {self.image.text.get(address, '?')}" for address in group)

    def closed_parts(self, path):
        """The parts of a path in which no interrupt is let in: STI lets them in after the instruction
        that follows it."""
        start = 0
        for i, address in enumerate(path[:-1]):
            if self.image.text.get(address, "").startswith("sti"):
                yield path[start:i + 2]
                start = i + 2
        yield path[start:]

    def longest(self):
        """The longest part without interrupts, after the boot and before the end."""
        *paths, last = self.paths[1:]
        parts = [part for path in set(paths) for part in self.closed_parts(path)]
        return max([*parts, *list(self.closed_parts(last))[:-1]], key=len)
