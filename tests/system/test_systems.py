# SPDX-License-Identifier: BSD-2-Clause
"""Whole systems: as many partitions as there may be, how a boot ends, and what stops the hypervisor itself."""
import re

import pytest

from gdb_stub import REGISTERS, Stub, symbols
from machine import NOT_ALL_EXITED, STOPPED
from verdict import judge, said

MOST = 64


def sums(log):
    """For each partition of the summary: the last number of how it ended, then its counters by name."""
    return {name: {"code": int(code), **{key: int(value) for key, value in re.findall(r"(\w+) (\d+)", rest)}}
            for name, code, rest in re.findall(r"\r\nBelfry: (\S+): exit code (\d+), (restarts [^\r]*)", log)}


def test_64_count_ticks(boot):
    """Each has registered line 0 and misses no tick of half a second, by the TSC and by the hypervisor's books."""
    names = [f"p{n}" for n in range(MOST)]
    log = judge(boot([f"steady.elf {name} line=0 mem=256K" for name in names], icount=True), names)
    ended = sums(log)
    assert list(ended) == names
    for name in names:
        counted = ended[name]
        assert counted["code"] == 0 and counted["upcalls"] > 0, name
        assert counted["raised"] == counted["acknowledged"] + counted["discarded"] >= 499, (name, counted)


def test_64_count_alone(boot):
    """The same virtual vector in each: everyone's counters are his own, and so are his exit code and restarts."""
    log = judge(boot([f"stumble.elf p{n} vector=48 mem=128K restarts=9 -- raise={10 * n + 9} ack={3 * n} unregister=1 "
                      f"exit={n % 3}" for n in range(MOST)]), expected=NOT_ALL_EXITED)
    ended = sums(log)
    assert len(ended) == MOST
    for n in range(MOST):
        assert ended[f"p{n}"] == {"code": n % 3, "restarts": 0, "upcalls": 0, "raised": 10 * n + 9,
                                  "acknowledged": 3 * n, "discarded": 7 * n + 9}, n
        assert said(log, f"p{n}") == ["life 0"]


def test_64_windows(boot):
    """A frame of 64 windows: everyone is heard."""
    log = judge(boot([f"hello.elf p{n} window={1 + n % 3} mem=128K" for n in range(MOST)], icount=True))
    for n in range(MOST):
        assert said(log, f"p{n}") == [f"Hello from partition {n}, with 128 KiB of memory."]


def test_exit_never(boot):
    """The default: what ended is said, and the machine stays."""
    booted = boot(["hello.elf a", "stumble.elf b -- fault=1"], hv="", qmp=True)
    booted.wait_for("^Belfry: every partition has stopped$")
    assert booted.process.poll() is None and "restarts" not in booted.log
    check_halts(booted)


def check_halts(booted):
    """The CPU sleeps where it has nothing to do: most looks at it find it so."""
    looks = [booted.monitor("info registers") for _ in range(40)]
    assert sum("HLT=1" in look for look in looks) > 20, looks[0]


def test_waiting_halts(boot):
    booted = boot(["clock.elf a line=0", "keyboard.elf b line=1 ports=0x60"], hv="", qmp=True)
    booted.wait_for("^a: 00:00:01")
    check_halts(booted)


# ---- what stops the hypervisor ---------------------------------------------------------------------

UD2 = b"\x0f\x0b"
SHOWN = [name for name in REGISTERS if name != "rip"]


@pytest.fixture
def stopped_at(boot, tmp_path):
    """stopped_at(symbol) runs two guests up to the first instruction of a function of the hypervisor."""
    stubs = []

    def start(symbol, **options):
        stubs.append(Stub(tmp_path))
        booted = boot(["hello.elf first", "hello.elf second"], devices=stubs[-1].options, **options)
        stubs[-1].connect()
        stubs[-1].run_to(symbols()[symbol])
        return booted, stubs[-1]

    yield start
    for stub in stubs:
        stub.close()


def report(booted):
    """The lines of the report, after the machine has stopped by it."""
    log = judge(booted, expected=STOPPED)
    lines = [line[len("Belfry: "):] for line in log.split("\r\n") if line.startswith("Belfry: ")]
    starts = [at for at, line in enumerate(lines) if re.match("stopped: |check failed", line)]
    assert len(starts) == 1, log
    return lines[starts[0]:]


def backtrace(lines):
    """The addresses that the report shows, all at its end."""
    calls = [re.fullmatch(r"called from 0x([0-9a-f]{16})", line) for line in lines]
    first = next(at for at, call in enumerate(calls) if call)
    assert all(calls[first:]), lines
    return [int(call[1], 16) for call in calls[first:]]


def return_address(stub):
    return int.from_bytes(stub.read(stub["rsp"], 8), "little")


def test_exception(stopped_at):
    """#UD in a hypercall: the registers are those of that moment, the backtrace has its caller."""
    booted, stub = stopped_at("console_write_call")
    stub.write(stub["rip"], UD2)
    marks = {name: 0x1111111111111111 * (at % 15 + 1) for at, name in enumerate(SHOWN) if name != "rsp"}
    for name, value in marks.items():
        stub[name] = value
    expected = {name: stub[name] for name in REGISTERS}
    caller = return_address(stub)
    stub.go()
    lines = report(booted)
    assert lines[0] == "stopped: exception in the hypervisor: #UD, error 0x0"
    shown = {name: int(value, 16) for name, value in re.findall(r"\b(r\w+) ?=0x([0-9a-f]{16})", "\n".join(lines))}
    assert shown == expected, lines
    assert any(re.fullmatch(r"current vCPU 0: first, guest rip=0x4[0-9a-f]{5}", line) for line in lines), lines
    assert caller in backtrace(lines), lines


@pytest.mark.parametrize("address, error, cpu", [
    (0x1234, 0x10, "qemu64"),              # a guest's half, not mapped
    (0xFFFFFFFF00000000, 0x10, "qemu64"),  # the hypervisor's, not mapped
    (0x400000, 0x11, "max"),               # the guest's code: SMEP
])
def test_wild_jump(stopped_at, address, error, cpu):
    booted, stub = stopped_at("console_write_call", cpu=cpu)
    stub["rip"] = address
    stub.go()
    lines = report(booted)
    assert lines[0] == f"stopped: exception in the hypervisor: #PF, error {error:#x}", lines
    assert f"rip={address:#018x} cs=0x8" in lines[1] and lines[1].endswith(f"cr2={address:#x}"), lines


def test_double_fault(stopped_at):
    """No stack: #DF has one of its own, and the report comes out all the same."""
    booted, stub = stopped_at("console_write_call")
    stub["rsp"] = stack = 0xFFFFFFFF00000000
    stub.go()
    lines = report(booted)
    assert lines[0].startswith("stopped: exception in the hypervisor: #DF"), lines
    shown = int(re.search(r"rsp=0x([0-9a-f]{16})", "\n".join(lines))[1], 16)
    assert stack - 256 <= shown <= stack, lines


def test_current_vcpu(stopped_at):
    """The one whose call it was: here the second that exits."""
    booted, stub = stopped_at("partition_exit_call")
    stub.run_to(symbols()["partition_exit_call"])
    stub.write(stub["rip"], UD2)
    stub.go()
    lines = report(booted)
    assert any(line.startswith("current vCPU 1: second, ") for line in lines), lines


def test_failed_check(stopped_at):
    """check_failed() as CHECK calls it: the condition, the place, the vCPU, the backtrace."""
    booted, stub = stopped_at("console_write_call")
    room = 0x5F4000  # the guest's stack
    caller = return_address(stub)
    stub.write(room, b"2 + 2 == 5\0hv/sums.c\0")
    for register, value in (("rdi", room), ("rsi", room + 11), ("rdx", 84), ("rip", symbols()["check_failed"])):
        stub[register] = value
    stub.go()
    lines = report(booted)
    assert lines[0] == "check failed at hv/sums.c:84: 2 + 2 == 5", lines
    assert re.match(r"current vCPU 0\b.*\bfirst\b", lines[1]), lines
    assert caller in backtrace(lines), lines
