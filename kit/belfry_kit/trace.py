# SPDX-License-Identifier: BSD-2-Clause
"""A dump of the trace (docs/ABI.md, SYSTEM_TRACE), as the sample monitor shows it: what was recorded, and what that tells."""
import collections
import pathlib
import re
import sys

from belfry_kit.paths import Refused

KINDS = ("raise", "upcall", "ack", "return", "switch", "call", "fault", "window")
FAULTS = {0: "#DE", 1: "#DB", 3: "#BP", 4: "#OF", 5: "#BR", 6: "#UD", 7: "#NM", 11: "#NP", 12: "#SS", 13: "#GP", 14: "#PF",
          16: "#MF", 17: "#AC", 19: "#XM", 32: "bad frame", 33: "bad stack"}
CALLS = {0: "VERSION", 1: "CONSOLE_WRITE", 2: "CONSOLE_READ", 10: "VCPU_YIELD", 11: "VCPU_WAIT", 12: "PARTITION_EXIT",
         13: "PARTITION_RESTART", 30: "IRQ_REGISTER", 31: "IRQ_UNREGISTER", 32: "IRQ_ACK", 33: "IRQ_RETURN", 34: "IRQ_MASK",
         35: "IRQ_UNMASK", 36: "IRQ_RAISE", 37: "IRQ_STATS", 38: "IRQ_POLL", 40: "SYSTEM_INFO", 41: "SYSTEM_PARTITION",
         42: "SYSTEM_VECTOR", 43: "SYSTEM_LINE", 44: "SYSTEM_STOP", 45: "SYSTEM_START", 46: "SYSTEM_RESTART",
         47: "SYSTEM_REBOOT", 48: "SYSTEM_TRACE"}

# Times in TSC ticks; `vcpu` is a partition's number, or None: nobody's time.
Record = collections.namedtuple("Record", "time kind vcpu vector value")
Run = collections.namedtuple("Run", "vcpu start end")
Arrow = collections.namedtuple("Arrow", "time start")  # from a raise to the upcall that tells of it


class Upcall:
    """One, up to where it returned or was given up; `open`: the trace ends within it."""

    def __init__(self, record):
        self.vcpu, self.vector, self.count, self.start = record.vcpu, record.vector, record.value, record.time
        self.end, self.acknowledged, self.open = None, 0, False
        self.arrows = []

    def close(self, time, acknowledged=0):
        self.end, self.acknowledged = time, acknowledged


def numbers(members):
    """The partitions of a set."""
    return [n for n in range(64) if members >> n & 1]


def one(members):
    return members.bit_length() - 1 if members else None


class Trace:
    """What a dump says, in order."""

    def __init__(self, text, where):
        begin = text.rfind("trace begin: ")
        if begin < 0:
            raise Refused(f"{where}: no dump of the trace in it: expected what the monitor says of `trace dump`")
        name = text[text.rfind("\n", 0, begin) + 1:begin]
        body = "".join(line.removeprefix(name) for line in text[begin:].splitlines() if line.startswith((name, "trace")))
        body, end, _ = body.partition("trace end.")
        if not end:
            raise Refused(f"{where}: the dump has no end: expected `trace end.`")
        self.made, self.overwritten, self.hz = map(int, re.findall(r"\d+", body.partition(".")[0]))
        self.names = {int(n): name for n, name in re.findall(r"partition (\d+) ([\w-]+)\.", body)}
        self.records = [Record(int(time, 16), kind, one(int(vcpu, 16)), int(vector), int(value, 16)) for
                        time, kind, vcpu, vector, value in re.findall(r"@(\w+) (\w+) (\w+) (\d+) (\w+)\.", body)]
        if len(self.records) != self.made - self.overwritten:
            raise Refused(f"{where}: the dump is damaged, or a part of it was read before: {len(self.records)} records, "
                          f"expected {self.made - self.overwritten}")
        if not self.records:
            raise Refused(f"{where}: the dump is empty: expected records, as after `trace on`")
        self.start, self.end = self.records[0].time, self.records[-1].time

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
        found, nested, untold = [], collections.defaultdict(list), collections.defaultdict(list)
        for record in self.records:
            within = nested[record.vcpu]
            if record.kind == "raise":
                for vcpu in numbers(record.value):
                    untold[vcpu, record.vector].append(record.time)
            elif record.kind == "upcall":
                upcall = Upcall(record)
                upcall.arrows = [Arrow(time, record.time) for time in untold.pop((record.vcpu, record.vector), [])]
                found.append(upcall)
                within.append(upcall)
            elif record.kind == "ack":
                waiting = untold[record.vcpu, record.vector]
                del waiting[:record.value]
            elif record.kind == "return" and any(upcall.vector == record.vector for upcall in within):
                while within[-1].vector != record.vector:
                    within.pop().close(record.time)  # left otherwise than by IRQ_RETURN
                within.pop().close(record.time, record.value)
            elif record.kind == "fault":
                while within:
                    within.pop().close(record.time)
        for upcall in (upcall for within in nested.values() for upcall in within):
            upcall.close(self.end)
            upcall.open = True
        return found


def read(path):
    """The last dump in a console's log; - is stdin."""
    text = sys.stdin.read() if path == "-" else pathlib.Path(path).read_text(encoding="latin-1")
    return Trace(text.replace("\r", ""), path)


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
