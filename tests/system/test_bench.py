# SPDX-License-Identifier: BSD-2-Clause
"""The benchmark: it counts right, notices what costs more, and the documents say what it says."""
import copy
import json
import sys

import pytest

from machine import ROOT

sys.path.insert(0, str(ROOT / "tests/bench"))

import bench  # noqa: E402
import report  # noqa: E402
import systems  # noqa: E402
import traces  # noqa: E402

BUDGET = json.loads(bench.BUDGET.read_text())


@pytest.mark.parametrize("task", [(systems.switch, "switch", False), (systems.library,)], ids=lambda task: task[0].__name__)
def test_figures(task, monkeypatch, tmp_path):
    """What a guest's TSC and the trace agree on is within the budget: a slower way is noticed here too."""
    monkeypatch.setattr(systems, "PATHS", tmp_path)
    measure, *arguments = task
    found = measure(*arguments)
    budget = {"figures": {key: BUDGET["figures"][key] for key in found}, "sizes": {}}
    over, _ = bench.over_and_under({"figures": found, "sizes": {}}, budget)
    assert not over
    for key in found:
        assert (tmp_path / f"{key}.txt").read_text().startswith(f"{key}\n\n")


def test_over_budget():
    """One instruction more, one port access more, a figure without a budget, a budget without a figure: each is
    over. One instruction less is under."""
    def judged(change):
        result = copy.deepcopy(BUDGET)
        change(result["figures"])
        over, under = bench.over_and_under(result, BUDGET)
        return [key for key, *_ in over], [key for key, *_ in under]

    assert judged(lambda figures: None) == ([], [])
    assert judged(lambda figures: figures["version"].update(
        instructions=figures["version"]["instructions"] + 1)) == (["version, instructions"], [])
    assert judged(lambda figures: figures["tick-entry"].update(ports=2)) == (["tick-entry, ports"], [])
    assert judged(lambda figures: figures.update(new={"instructions": 0})) == (["new, instructions"], [])
    assert judged(lambda figures: figures["waiting-slope"].clear()) == (["waiting-slope, instructions"], [])
    assert judged(lambda figures: figures["switch"].update(
        instructions=figures["switch"]["instructions"] - 1)) == ([], ["switch, instructions"])


def test_disagreement(tmp_path, monkeypatch):
    """A figure of the TSC that is not in the trace is not believed."""
    monkeypatch.setattr(systems, "PATHS", tmp_path)
    _, found = systems.boot(["bench/first.elf m mem=128K"], "hz=19")
    exit_call = next(path for path in found.paths if found.vector(path) == traces.GATE)
    assert systems.weigh(found, "right", traces.GATE, len(exit_call) + 1)["cr3"] == 0
    with pytest.raises(systems.Disagree):
        systems.weigh(found, "wrong", traces.GATE, len(exit_call))


def test_document():
    """Its tables are those of the budget."""
    text = report.DOCUMENT.read_text()
    assert all(f"<!-- table: {name} -->" in text for name in report.TABLES)
    assert report.document(text, BUDGET) == text, "`make bench-budget` makes them anew"
