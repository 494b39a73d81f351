# SPDX-License-Identifier: BSD-2-Clause
"""The judge itself: what is a success, a skip, a failure and an error; and what pytest makes of each."""
import shutil
import subprocess
import sys

import pytest

from machine import ALL_EXITED, CONFIG_ERROR, HUNG, NOT_ALL_EXITED, ROOT, STOPPED
from verdict import Broken, Failure, Skipped, judge

PASSED = ["a: ok 1 - one", "Belfry: b: exit code 0", "a: ok 2 - two", "a: 1..2"]


class Ended:
    """What judge() needs of a machine."""

    def __init__(self, lines, status=ALL_EXITED):
        self.log, self.status = "\r\n".join(lines) + "\r\n", status

    def wait(self):
        return self.status

    def report(self):
        return f"---- {self.log}"


def test_success():
    assert judge(Ended(PASSED), ["a"]) == Ended(PASSED).log
    judge(Ended(PASSED, NOT_ALL_EXITED), ["a"], NOT_ALL_EXITED)
    judge(Ended([]))


def test_skip():
    with pytest.raises(Skipped, match="no such device"):
        judge(Ended(["a: 1..0 # SKIP no such device"]), ["a"])


@pytest.mark.parametrize("lines, status", [
    (["a: not ok 1 - one", *PASSED[1:]], ALL_EXITED),
    (["a: not ok 1 - one"], NOT_ALL_EXITED),  # and no plan
    (PASSED, NOT_ALL_EXITED),
    (PASSED, STOPPED),
    (PASSED, CONFIG_ERROR),
    (PASSED, HUNG),
    (PASSED, 0),  # the machine was reset
    (PASSED, 1),  # QEMU's own
    ([], HUNG),
])
def test_failure(lines, status):
    """With the log shown."""
    with pytest.raises(Failure, match="(?s).*---- " + (lines[0] if lines else "")):
        judge(Ended(lines, status), ["a"])


@pytest.mark.parametrize("lines", [
    [],  # no verdict
    PASSED[:-1],
    [*PASSED, "a: 1..2"],
    ["a: 1..0"],
    ["a: ok 1 - one", "a: ok 3 - three", "a: 1..2"],
    ["a: ok 1 - one", "a: 1..2"],
    ["b: ok 1 - one", "b: 1..1"],  # somebody else's
    ["Belfry: a: ok 1 - one", "Belfry: a: 1..1"],
])
def test_error(lines):
    with pytest.raises(Broken):
        judge(Ended(lines), ["a"])


def test_what_pytest_says(tmp_path):
    """A skip is one, both others fail the run, and the last line has the sums."""
    (tmp_path / "test_it.py").write_text("""
from verdict import Broken, Failure, Skipped
def test_a(): pass
def test_b(): raise Skipped("no")
def test_c(): raise Failure("wrong")
def test_d(): raise Broken("silent")
""")
    shutil.copy(ROOT / "tests/system/conftest.py", tmp_path)
    done = subprocess.run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(tmp_path)], cwd=tmp_path,
                          env={"PYTHONPATH": str(ROOT / "tests/system"), "PYTHONDONTWRITEBYTECODE": "1"},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 1, done.stdout
    assert done.stdout.splitlines()[-1] == "1 passed, 2 failed, 1 skipped", done.stdout
    assert "Failure: wrong" in done.stdout and "Broken: silent" in done.stdout, done.stdout
