# SPDX-License-Identifier: BSD-2-Clause
"""What guests see is the same while all that happens is traced, beside one that reads the trace all the time."""
import pytest

from machine import ALL_EXITED
from test_faults import check_kinds
from test_guests import SOURCES, header, judge, options, system
from verdict import judge as judge_end

TRACER = "tracer.elf tracer system"


@pytest.mark.parametrize("guest", ["numbers", "order", "partial", "preserve", "return", "statuses", "upcall"])
def test_guest(boot, guest):
    keys = header(next(path for path in SOURCES if path.stem == guest))
    lines, names = system(guest, keys)
    judge(boot([TRACER, *lines], hv=" ".join(["exit=idle", *keys["hv"]]), **options((keys["qemu"] or [""])[0])),
          [*names, "tracer"], keys)


@pytest.mark.parametrize("guest", ["faults", "badframe"])
def test_faults(boot, guest):
    """Lives that end, and begin again, and a bad stack where a guest is entered."""
    booted = boot([TRACER, f"{guest}.elf {guest} fault=restart restarts=1000 vector=48"])
    check_kinds(judge_end(booted, [guest, "tracer"], ALL_EXITED), guest)
