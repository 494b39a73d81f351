# SPDX-License-Identifier: BSD-2-Clause
"""The kit's parts, and what the system tests have, can be imported."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
for folder in ("kit", "tests/system"):
    sys.path.insert(0, str(ROOT / folder))
