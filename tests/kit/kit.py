# SPDX-License-Identifier: BSD-2-Clause
"""The kit as a user has it: its command, run in a folder."""
import os
import pathlib
import re
import shlex
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BELFRY_BUILD", ROOT / "build")).resolve()
BELFRY = ROOT / "kit/belfry"

TCG = ["-accel", "tcg", "-icount", "shift=0,sleep=off"]


def belfry(*words, status=0, folder=None, command=BELFRY, environment=None):
    """Runs the command; answers what it said on its two outputs, together."""
    done = subprocess.run(["timeout", "-k", "5", "60", command, *map(str, words)], cwd=folder, text=True,
                          env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    assert done.returncode == status, f"{words}: ended with {done.returncode}\n{done.stdout}"
    return done.stdout


def run(*command, folder=None, **environment):
    """Another command, as a user runs it: nothing of what the make above the tests has set is handed down."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "BELFRY"))}
    done = subprocess.run(["timeout", "-k", "5", "120", *command], cwd=folder, env={**kept, **environment}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, f"{shlex.join(map(str, command))}\n{done.stdout}"
    return done.stdout


def make(*words):
    """The project's own make, on what is built."""
    return run("make", "-C", ROOT, "--no-print-directory", f"B={BUILD}", *words)


def errors(said):
    """What `check` found: (line of the file, text)."""
    return [(int(number), text) for number, text in re.findall(r"^[^:\n]+\.cfg:(\d+): (.*)$", said, re.M)]


def console(said, start="error: "):
    """What Belfry said on its console, behind `start`."""
    return re.findall(rf"^Belfry: {start}(.*?)\r*$", said, re.M)


def write_system(folder, modules, hv="exit=idle", name="system.cfg"):
    """A system of one entry: the first module stands in line 3."""
    lines = ["menuentry x --id x {", f"multiboot /boot/belfry.elf {hv}", *(f"module /boot/{line}" for line in modules), "}"]
    (folder / name).write_text("\n".join(lines) + "\n")
    return folder / name
