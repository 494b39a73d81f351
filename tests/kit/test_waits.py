# SPDX-License-Identifier: BSD-2-Clause
"""How long an occurrence waits: the derivation of docs/manual.md against hv/schedule.c. The longest that chance brings
about is exactly the bound."""
import json
import re
import subprocess

import pytest

from kit import BUILD, ROOT
from belfry_kit import waits

STEPS = 4  # of a tick, in worst_wait.c
TICKS = 400000


def longest(quantum, windows, yields):
    words = [quantum, int(yields), TICKS, *windows]
    said = subprocess.run([BUILD / "kit/worst_wait", *map(str, words)], capture_output=True, text=True, check=True).stdout
    return int(said) / STEPS


def bound(quantum, windows):
    partitions = [{"name": str(n), "window": window} for n, window in enumerate(windows)]
    facts = {"quantum": quantum, "partitions": partitions}
    return waits.longest_away(facts, partitions[0])


@pytest.mark.parametrize("quantum, windows", [
    (2, [0]), (1, [0, 0]), (3, [0, 0, 0]), (1, [0] * 5), (5, [0, 0]), (2, [0] * 4),
    (3, [4]), (3, [5, 7]), (3, [5, 7, 0, 0]), (1, [1, 1, 1]), (2, [1, 9]), (2, [9, 1]), (3, [4, 3, 2]), (1, [2, 0, 6, 0, 1]),
], ids=str)
def test_bound(quantum, windows):
    """Reached, and never exceeded, by one that never yields and by one that does."""
    assert (longest(quantum, windows, False), longest(quantum, windows, True)) == bound(quantum, windows)


@pytest.mark.parametrize("windows", [[0, 4], [0, 3, 0, 2]], ids=str)
def test_no_bound(windows):
    assert bound(3, windows) is None
    assert longest(3, windows, False) > 10 * sum(windows)


def test_own_paths():
    """What is added is what was measured: by the torture's bound on a window's start, and by the benchmark."""
    start = int(re.search(r"^BOUND = (\d+)", (ROOT / "tests/torture/test_windows.py").read_text(), re.M)[1])
    budget = json.loads((ROOT / "tests/bench/budget.json").read_text())
    assert 0 <= waits.OWN_PATHS - start - budget["figures"]["idle-entry"]["instructions"] < 100
