# SPDX-License-Identifier: BSD-2-Clause
"""Writes what plots.gp draws into a folder, from build/bench.json. usage: tests/bench/plots.py FOLDER"""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
GAP = 1.5  # between groups of bars, in bars


def costs(figures, peers):
    """A block for each system, Belfry's first: bars at their places. And where each group's name stands."""
    names = ["belfry", *peers["systems"]]
    bars, titles, place = {name: [] for name in names}, [], 0
    for row in peers["rows"]:
        values = {"belfry": figures[row["key"]]["instructions"], **row}
        there = [name for name in names if name in values]
        titles.append((place + (len(there) - 1) / 2, row["short"]))
        for name in there:
            bars[name].append((place, values[name]))
            place += 1
        place += GAP
    return bars, titles


def write(folder, name, blocks):
    """Two empty lines divide blocks, as gnuplot wants them."""
    text = "\n\n\n".join("\n".join(" ".join(map(str, line)) for line in block) for block in blocks)
    (folder / name).write_text(text + "\n")


def main():
    folder = pathlib.Path(sys.argv[1])
    result = json.loads((folder.parent / "bench.json").read_text())
    peers = json.loads((HERE / "peers.json").read_text())
    bars, titles = costs(result["figures"], peers)
    names = ["Belfry", *peers["systems"].values()]
    write(folder, "costs.dat", [[(f'"{name}"',), *bars[key]] for name, key in zip(names, bars)])
    write(folder, "titles.dat", [[(place, f'"{title}"') for place, title in titles]])
    host = result["host"]
    unit = host[0][2]  # an interrupt for one vCPU of one, by the core
    ratios = [(vcpus, registered, core / unit, scan / unit) for vcpus, registered, core, scan in host]
    one, every = [line for line in ratios if line[1] == 1], [line for line in ratios if line[1] == line[0]]
    write(folder, "raise.dat", [one, every])


main()
