# SPDX-License-Identifier: BSD-2-Clause
"""A short run of what `make torture-campaign` and `make torture-sweeps` do at length."""
import pytest

import chaos

# In a sweep of few, each bit of an item changes.
STEPS = {"ports": 4591, "vectors": 1, "msrs": 509, "selectors": 2557}


@pytest.mark.parametrize("seed", [1, 6])
def test_chaos(boot, tmp_path, seed):
    outcome = chaos.run(boot, tmp_path, seed, 250)
    print(sum(outcome.deeds.values()), outcome.lives, outcome.faults)
    assert sum(outcome.deeds.values()) > 2000 and len(outcome.faults) > 4 and not outcome.stuck


@pytest.mark.parametrize("what", chaos.SWEEPS)
def test_sweep(boot, tmp_path, what):
    """What is no fault is just what was granted."""
    chaos.sweep(boot, tmp_path, what, STEPS[what])
