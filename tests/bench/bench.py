#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The benchmark: measures, prints the table, writes build/bench.json and compares with budget.json.
usage: tests/bench/bench.py [--set-budget], which makes what is measured now the budget, and the tables in
docs/performance.md"""
import concurrent.futures
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))

import machine  # noqa: E402
import report  # noqa: E402
import sizes  # noqa: E402
import systems  # noqa: E402

RESULT = machine.BUILD / "bench.json"
BUDGET = HERE / "budget.json"
HOST_RUNS = 5

# The longest first.
TASKS = [
    *((systems.worst, name) for name in systems.BAD),
    (systems.tick_for, "waiting-64", 64, systems.WAITS),
    (systems.tick_for, "ready-64", 64, systems.ACKNOWLEDGES),
    (systems.tick_for, "one-64", 64, systems.HAS_NOTHING),
    (systems.tick_for, "told-64", 64, systems.IGNORES),
    (systems.tick_for, "waiting-8", 8, systems.WAITS),
    (systems.tick_for, "ready-8", 8, systems.ACKNOWLEDGES),
    (systems.tick_for, "told-8", 8, systems.IGNORES),
    (systems.window_end,),
    (systems.calls,),
    (systems.ticks,),
    (systems.library,),
    (systems.first, "2M"),
    (systems.first, "1M"),
    (systems.first, "128K"),
    (systems.tick_for, "ready-1", 1, systems.ACKNOWLEDGES),
    (systems.switch, "switch", False),
    (systems.switch, "switch-traced", True),
]


def measure():
    """Each figure by its key; apart, how long the path in each of the bad systems was."""
    found = {}
    with concurrent.futures.ProcessPoolExecutor() as pool:
        for done in [pool.submit(*task) for task in TASKS]:
            found |= done.result()
    bad = {name: found.pop(name) for name in systems.BAD}
    return found | derived({key: figure["instructions"] for key, figure in found.items()}) | {
        "longest": max(bad.values(), key=lambda figure: figure["instructions"]), "boot": found["boot-128K"]}, bad


def derived(counts):
    differences = {
        "one-of-64": counts["one-64"] - counts["ready-1"],
        "boot-mib": counts["boot-2M"] - counts["boot-1M"],
        **{f"{kind}-slope": round((counts[f"{kind}-64"] - counts[f"{kind}-8"]) / 56, 1)
           for kind in ("ready", "waiting", "told")},
    }
    return {key: {"instructions": difference} for key, difference in differences.items()}


def compare_on_host():
    """(vCPUs, registered, the core's cycles, the scan's), from host_raise: the least of a few runs."""
    runs = []
    for _ in range(HOST_RUNS):
        done = subprocess.run([machine.BUILD / "bench/host_raise"], check=True, text=True, stdout=subprocess.PIPE)
        runs.append([[float(word) for word in line.split()] for line in done.stdout.splitlines()])
    return [[*lines[0][:2], min(line[2] for line in lines), min(line[3] for line in lines)] for lines in zip(*runs)]


def numbers(result):
    """Every number that is the same in each run, by its name."""
    found = {f"{key}, {what}": value for key, figure in result["figures"].items()
             for what, value in figure.items() if not isinstance(value, str)}
    return found | {f"{key}, bytes": size for key, size in result["sizes"].items()}


def over_and_under(result, budget):
    """What is over its budget, has none, or is no longer measured; and what is under it."""
    measured, allowed = numbers(result), numbers(budget)
    differ = [(key, measured.get(key), allowed.get(key)) for key in {**measured, **allowed}
              if measured.get(key) != allowed.get(key)]
    under = [pair for pair in differ if None not in pair and pair[1] < pair[2]]
    return [pair for pair in differ if pair not in under], under


def main():
    figures, bad = measure()
    budgeted = {"figures": figures, "sizes": sizes.sizes()}
    result = {**budgeted, "bad": bad, "lines": sizes.lines(), "host": compare_on_host()}
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    if "--set-budget" in sys.argv:
        BUDGET.write_text(json.dumps(budgeted, indent=1) + "\n")
        report.set_document(budgeted)
    print(report.terminal(result))
    over, under = over_and_under(result, json.loads(BUDGET.read_text()))
    for key, value, allowed in under:
        print(f"under budget: {key}: {value}, was {allowed}; `make bench-budget` lowers it")
    for key, value, allowed in over:
        print(f"over budget: {key}: {value}, may be {allowed}")
    print(f"bench: {len(numbers(result))} numbers, {len(over)} over budget, {len(under)} under it")
    sys.exit(bool(over))


if __name__ == "__main__":
    main()
