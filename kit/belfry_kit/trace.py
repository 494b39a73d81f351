# SPDX-License-Identifier: BSD-2-Clause
"""A dump of the trace (docs/ABI.md, SYSTEM_TRACE), as the sample monitor shows it: what was recorded, and what that tells."""
import collections
import functools
import pathlib
import re
import sys

from belfry_kit.paths import Refused, kit_paths

KINDS = ("raise", "upcall", "ack", "return", "switch", "call", "fault", "window")
FAULTS = {0: "#DE", 1: "#DB", 3: "#BP", 4: "#OF", 5: "#BR", 6: "#UD", 7: "#NM", 11: "#NP", 12: "#SS", 13: "#GP", 14: "#PF",
          16: "#MF", 17: "#AC", 19: "#XM", 32: "bad frame", 33: "bad stack"}

# The hypercalls that end a life of who makes them.
LAST_CALLS = ("PARTITION_EXIT", "PARTITION_RESTART")

HEAD = re.compile(r"trace begin: (\d+) records, (\d+) overwritten, ([1-9]\d*) TSC ticks in a second\.")
LINE = re.compile(r"@([0-9a-f]{1,16}) ([\w?]+) ([0-9a-f]{1,16}) (\d+) ([0-9a-f]{1,16})\.")

# Times in TSC ticks; `vcpu` is a partition's number, or None: nobody's time.
Record = collections.namedtuple("Record", "time kind vcpu vector value")
Run = collections.namedtuple("Run", "vcpu start end")
Arrow = collections.namedtuple("Arrow", "time start")  # from a raise to the upcall that tells of it


@functools.cache
def call_names():
    """By number, as the contract has them."""
    contract = (kit_paths().include / "belfry/hv_abi.h").read_text(encoding="utf-8")
    return {int(number): name for name, number in re.findall(r"^#define HV_CALL_(\w+) +(\d+)$", contract, re.M)}


def call_name(record):
    return call_names().get(record.value, f"call {record.value}")


def numbers(members):
    """The partitions of a set."""
    return [n for n in range(64) if members >> n & 1]


def one(members):
    return members.bit_length() - 1 if members else None


class Upcall:
    """One, up to where it returned or was given up; `open`: the trace ends within it."""

    def __init__(self, record, arrows):
        self.vcpu, self.vector, self.count, self.start = record.vcpu, record.vector, record.value, record.time
        self.arrows = arrows
        self.end, self.acknowledged, self.open = None, 0, False

    def close(self, time, acknowledged=0):
        self.end, self.acknowledged = time, acknowledged


class Outstanding:
    """Of a vector of a vCPU: when the raises were of which no upcall has told, and how many it told of are not acknowledged."""

    def __init__(self):
        self.untold, self.told = [], 0

    def tell(self, upcall):
        """All; where it counts fewer than there are, the oldest were discarded."""
        found = [Arrow(time, upcall.time) for time in self.untold[-upcall.value:]]
        self.untold, self.told = [], upcall.value
        return found

    def acknowledge(self, count):
        """The oldest are the ones told of."""
        of_told = min(count, self.told)
        self.told -= of_told
        del self.untold[:count - of_told]


class Lives:
    """The upcalls of all, as one record after the other tells of them. A life that is ended by order leaves no record: its
    upcalls go on."""

    def __init__(self):
        self.found = []
        self.nested = collections.defaultdict(list)  # by vCPU: the upcalls it is in
        self.outstanding = collections.defaultdict(dict)  # by vCPU and vector

    def of(self, vcpu, vector):
        return self.outstanding[vcpu].setdefault(vector, Outstanding())

    def take(self, record):
        if record.kind == "raise":
            for vcpu in numbers(record.value):
                self.of(vcpu, record.vector).untold.append(record.time)
        elif record.kind == "upcall":
            upcall = Upcall(record, self.of(record.vcpu, record.vector).tell(record))
            self.found.append(upcall)
            self.nested[record.vcpu].append(upcall)
        elif record.kind in ("ack", "return") and record.value:
            self.of(record.vcpu, record.vector).acknowledge(record.value)
        if record.kind == "return":
            self.leave(record)
        elif record.kind == "fault" or (record.kind == "call" and call_name(record) in LAST_CALLS):
            self.end(record)

    def leave(self, record):
        within = self.nested[record.vcpu]
        if not any(upcall.vector == record.vector for upcall in within):
            return
        while within[-1].vector != record.vector:
            within.pop().close(record.time)  # left otherwise than by IRQ_RETURN
        within.pop().close(record.time, record.value)

    def end(self, record):
        for upcall in self.nested.pop(record.vcpu, []):
            upcall.close(record.time)
        self.outstanding.pop(record.vcpu, None)

    def stay(self, time):
        """The trace ends."""
        for upcall in (upcall for within in self.nested.values() for upcall in within):
            upcall.close(time)
            upcall.open = True


def said_from(text, begin):
    """What the one who says what is there says from there on, as one line: a line of its may have come in pieces."""
    name = text[text.rfind("\n", 0, begin) + 1:begin]
    first, *others = text[begin:].split("\n")
    return "".join([first, *(line.removeprefix(name) for line in others if line.startswith(name))])


class Trace:
    """What a dump says, in order."""

    def __init__(self, text, where):
        begin = text.rfind("trace begin: ")
        if begin < 0:
            raise Refused(f"{where}: no dump of the trace in it: expected what the monitor says of `trace dump`")
        body, end, _ = said_from(text, begin).partition("trace end.")
        if not end:
            raise Refused(f"{where}: the dump has no end: expected `trace end.`")
        head = HEAD.match(body)
        if not head:
            raise Refused(f"{where}: the dump is damaged: {body.partition('.')[0]}: expected records, overwritten and TSC ticks")
        self.made, self.overwritten, self.hz = map(int, head.groups())
        self.names = {int(n): name for n, name in re.findall(r"partition (\d+) ([\w-]+)\.", body)}
        self.records = [Record(int(time, 16), kind, one(int(vcpu, 16)), int(vector), int(value, 16)) for
                        time, kind, vcpu, vector, value in LINE.findall(body)]
        self.check(where)
        self.start, self.end = self.records[0].time, self.records[-1].time

    def check(self, where):
        """That it is whole."""
        if len(self.records) != self.made - self.overwritten:
            raise Refused(f"{where}: the dump is damaged, or a part of it was read before: {len(self.records)} records, "
                          f"expected {self.made - self.overwritten}")
        if not self.records:
            raise Refused(f"{where}: the dump is empty: expected records, as after `trace on`")
        last = self.records[0].time
        for number, record in enumerate(self.records, 1):
            if wrong := self.wrong(record, last):
                raise Refused(f"{where}: the dump is damaged: record {number}, {record.kind}: {wrong}")
            last = record.time

    def wrong(self, record, last):
        """What of a record can't be."""
        if record.time < last:
            return f"time {record.time:x}, expected {last:x} or later, as the one before it says"
        if record.kind in ("upcall", "ack", "return") and record.vcpu is None:
            return "in nobody's time, expected a partition's"
        if record.kind == "window" and not record.value:
            return "nobody's, expected a partition's"
        named = numbers(record.value) if record.kind in ("raise", "switch", "window") else []
        unknown = [n for n in [*named, record.vcpu] if n is not None and n not in self.names]
        return f"of partition {unknown[0]}, expected one that the dump names" if unknown else None

    def seconds(self, time):
        return (time - self.start) / self.hz

    def of(self, *kinds):
        return [record for record in self.records if record.kind in kinds]

    def runs(self):
        """Whose time it was, one behind the other."""
        found, since, who = [], self.start, self.records[0].vcpu
        for record in self.of("switch"):
            found.append(Run(who, since, record.time))
            since, who = record.time, one(record.value)
        return [*found, Run(who, since, self.end)]

    def windows(self):
        """Each window that begins in the trace, up to where the next does."""
        begins = self.of("window")
        ends = [record.time for record in begins[1:]] + [self.end]
        return [Run(one(record.value), record.time, end) for record, end in zip(begins, ends)]

    def upcalls(self):
        """All that begin in the trace, each with the raises that it is the first to tell of."""
        lives = Lives()
        for record in self.records:
            lives.take(record)
        lives.stay(self.end)
        return lives.found


def read(path):
    """The last dump in a console's log; - is stdin."""
    data = sys.stdin.buffer.read() if path == "-" else pathlib.Path(path).read_bytes()
    return Trace(data.decode("latin-1").replace("\r", ""), "stdin" if path == "-" else path)


def totals(trace):
    """For each partition and vector what its counters went up by: raised, acknowledged, upcalls; and each wait of a raise
    for its upcall."""
    found = collections.defaultdict(lambda: {"raised": 0, "acknowledged": 0, "upcalls": 0, "waits": []})
    for record in trace.records:
        if record.kind == "raise":
            for vcpu in numbers(record.value):
                found[vcpu, record.vector]["raised"] += 1
        elif record.kind in ("ack", "return") and record.value:
            found[record.vcpu, record.vector]["acknowledged"] += record.value
    for upcall in trace.upcalls():
        of = found[upcall.vcpu, upcall.vector]
        of["upcalls"] += 1
        of["waits"] += [arrow.start - arrow.time for arrow in upcall.arrows]
    return dict(sorted(found.items()))
