# SPDX-License-Identifier: BSD-2-Clause
"""Draws the timeline of README.md and docs/manual.md, of a system that runs. usage: draw.py FILE.svg"""
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / folder) for folder in ("tests/system", "kit")]

from belfry_kit import trace, trace_svg  # noqa: E402
from machine import Machine  # noqa: E402
from test_monitor import Monitor  # noqa: E402

# control uses all that it has; display has what the others' windows leave.
MODULES = ["clock.elf clock line=0 window=4", "turns.elf control window=6 -- n=30000",
           "monitor.elf monitor system console window=2", "clock.elf display line=0"]
SHOWN = 0.010, 0.046  # seconds

with tempfile.TemporaryDirectory() as folder, Machine(folder, MODULES, hv="", icount=True) as booted:
    monitor = Monitor(booted)
    booted.wait_for("^clock: 00:00:01")
    monitor.ask("trace on")
    monitor.ask("trace dump")
    picture = trace_svg.draw(trace.read(booted.console), *SHOWN)
first, rest = picture.split("\n", 1)
pathlib.Path(sys.argv[1]).write_text(f"{first}\n<!-- SPDX-License-Identifier: BSD-2-Clause -->\n{rest}", encoding="utf-8")
