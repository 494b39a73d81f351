# SPDX-License-Identifier: BSD-2-Clause
"""The unit tests that run on the host: one program for each tests/host/test_NAME.c."""
import subprocess

import pytest

import machine

NAMES = sorted(path.stem for path in (machine.ROOT / "tests/host").glob("test_*.c"))


@pytest.mark.parametrize("name", NAMES)
def test_host(name):
    done = subprocess.run([machine.BUILD / "host" / name], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{name} ended with {done.returncode}\n{done.stdout}{done.stderr}"
