# SPDX-License-Identifier: BSD-2-Clause
"""
Nothing of one partition is ever seen by another, nor by its own next life: spies leave secrets in
registers, selectors, x87/SSE, memory and stats, and look for them at each start; a witness sees that
its own are its own at each step. Switches, faults, restarts and exits lie between. chaos.py has a
spy and a witness too.
"""
import pytest

from verdict import judge

SPY = "vector=48 fault=restart restarts=1000 -- lives=20 upcalls=1"


@pytest.mark.parametrize("windows", [False, True], ids=["robin", "windows"])
@pytest.mark.parametrize("cpu", ["qemu64", "max"])
def test_spies(boot, cpu, windows):
    one, two = ("window=1", "window=2") if windows else ("", "")  # who counts ticks one by one needs two
    modules = [f"spy.elf a mem=128K {one} {SPY} yields=3", f"witness.elf witness {two} line=0 vector=48 -- until=60 rest=1",
               f"spy.elf b mem=256K {one} {SPY} yields=1", f"spy.elf c mem=192K {SPY} yields=0"]
    judge(boot(modules, hv="exit=idle hz=20000 quantum=1", cpu=cpu, icount=True, timeout=120), ["a", "b", "c", "witness"])
