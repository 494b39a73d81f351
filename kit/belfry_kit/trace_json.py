# SPDX-License-Identifier: BSD-2-Clause
"""A trace as Chrome's trace events, for Perfetto and chrome://tracing: a track for each vCPU with its upcalls as slices, one
for the interrupts, from which arrows lead into them, one for whom the CPU belongs to, one for windows."""
import itertools

from belfry_kit.trace import FAULTS, call_name

MACHINE, VCPUS = 1, 2  # as Chrome's processes
CPU, INTERRUPTS, WINDOWS = 1, 2, 3  # as threads of MACHINE; a vCPU's is its number, from 1


def events(trace):
    """Each is a slice (X), a moment (i), an arrow's begin and end (s, f), or a name (M)."""
    def nanoseconds(time):  # whole ones, so that what ends at one time does so for who reads it, too
        return round(trace.seconds(time) * 1e9)

    def at(time):
        return nanoseconds(time) / 1000

    def slice_of(track, name, start, end, **arguments):
        return {"ph": "X", "pid": track[0], "tid": track[1], "name": name, "ts": at(start),
                "dur": (nanoseconds(end) - nanoseconds(start)) / 1000, "args": arguments}

    def moment(track, name, time, **arguments):
        return {"ph": "i", "s": "t", "pid": track[0], "tid": track[1], "name": name, "ts": at(time), "args": arguments}

    def vcpu(number):
        return VCPUS, number + 1

    nanosecond = trace.hz // 10**9 + 1  # in TSC ticks, no less: an arrow needs a slice to begin in
    yield from names(trace)
    for run in trace.runs():
        if run.vcpu is not None and run.end > run.start:
            yield slice_of((MACHINE, CPU), trace.names[run.vcpu], run.start, run.end)
    for window in trace.windows():
        yield slice_of((MACHINE, WINDOWS), trace.names[window.vcpu], window.start, window.end)
    for record in trace.of("raise"):
        yield slice_of((MACHINE, INTERRUPTS), f"vector {record.vector}", record.time, record.time + nanosecond,
                       partitions=[name for n, name in trace.names.items() if record.value >> n & 1])
    arrow_ids = itertools.count(1)
    for upcall in trace.upcalls():
        yield slice_of(vcpu(upcall.vcpu), f"vector {upcall.vector}", upcall.start, upcall.end, count=upcall.count,
                       acknowledged=upcall.acknowledged)
        for arrow in upcall.arrows:
            both = {"cat": "raise", "name": f"vector {upcall.vector}", "id": next(arrow_ids)}
            yield {**both, "ph": "s", "pid": MACHINE, "tid": INTERRUPTS, "ts": at(arrow.time)}
            pid, tid = vcpu(upcall.vcpu)
            yield {**both, "ph": "f", "bp": "e", "pid": pid, "tid": tid, "ts": at(arrow.start)}
    for record in trace.of("call", "ack", "fault"):
        if record.vcpu is None:
            continue
        if record.kind == "call":
            yield moment(vcpu(record.vcpu), call_name(record), record.time)
        elif record.kind == "ack":
            yield moment(vcpu(record.vcpu), f"acknowledged vector {record.vector}", record.time, count=record.value)
        else:
            yield moment(vcpu(record.vcpu), f"fault {FAULTS.get(record.vector, record.vector)}", record.time,
                         rip=f"{record.value:#x}")


def names(trace):
    tracks = [(MACHINE, CPU, "CPU"), (MACHINE, INTERRUPTS, "interrupts"), (MACHINE, WINDOWS, "windows"),
              *((VCPUS, n + 1, name) for n, name in trace.names.items())]
    for pid, name in ((MACHINE, "machine"), (VCPUS, "vCPUs")):
        yield {"ph": "M", "pid": pid, "name": "process_name", "args": {"name": name}}
        yield {"ph": "M", "pid": pid, "name": "process_sort_index", "args": {"sort_index": pid}}
    for pid, tid, name in tracks:
        yield {"ph": "M", "pid": pid, "tid": tid, "name": "thread_name", "args": {"name": name}}
        yield {"ph": "M", "pid": pid, "tid": tid, "name": "thread_sort_index", "args": {"sort_index": tid}}


def data(trace):
    return {"displayTimeUnit": "ns", "otherData": {"records": trace.made, "overwritten": trace.overwritten},
            "traceEvents": list(events(trace))}
