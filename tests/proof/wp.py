# SPDX-License-Identifier: BSD-2-Clause
"""Runs Frama-C's WP on the core, and reads its report."""
import os
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SOURCES = ["hv/virq.c", "hv/route.c"]
# +ref: a pointer that is only followed is the value behind it; so vCPUs are values, not memory.
COMMAND = ["frama-c", "-c11", "-machdep", "gcc_x86_64",
           "-cpp-extra-args=-Iinclude -I. -Iguest-api/include",
           "-wp", "-wp-rte", "-wp-model", "Typed+ref", "-wp-no-warn-memory-model",
           "-wp-prover", "z3,cvc5,cvc4", "-wp-par", "2", "-wp-cache", "none"]


class Report:
    """What WP said: how many goals there are and are proved, the others' names, the warnings."""

    def __init__(self, text):
        self.text = text
        sums = re.search(r"Proved goals: *(\d+) / (\d+)", text)
        self.proved, self.goals = map(int, sums.groups()) if sums else (0, 0)
        self.unproved = re.findall(r"^\[wp\] \[\w+\] Goal typed_ref_(\w+)$", text, re.M)
        self.warnings = re.findall(r"^.*(?:Warning|Error):.*(?:\n  .*)?", text, re.M)


def run(root, timeout, functions=()):
    """Proves the core below `root`, or only `functions` of it; `timeout` seconds for each goal."""
    command = [*COMMAND, "-wp-timeout", str(timeout), *SOURCES]
    if functions:
        command += ["-wp-fct", ",".join(functions)]
    # Frama-C looks for files in $PWD, whatever the working directory is.
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False,
                          env={**os.environ, "PWD": str(pathlib.Path(root).resolve()),
                               "WHY3CONFIG": str(HERE / "why3.conf")})
    return Report(done.stdout)
