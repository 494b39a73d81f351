# SPDX-License-Identifier: BSD-2-Clause
"""A tick at every instruction boundary of what a guest does about interrupts."""
import pytest

from verdict import judge


@pytest.mark.parametrize("cpu", ["qemu64", "max"])
def test_phase(boot, cpu):
    judge(boot(["phase.elf phase line=0 vector=48"], hv="exit=idle hz=20000", cpu=cpu, icount=True), ["phase"])
