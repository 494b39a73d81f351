# SPDX-License-Identifier: BSD-2-Clause
"""Starts: a guest, or a system, written from templates."""
import pathlib
import re
import shlex

from belfry_kit.paths import Refused, kit_paths


def values(name):
    kit = kit_paths()
    return {"NAME": name, "CFLAGS": shlex.join([f"-I{kit.include}"]),
            "LIBS": shlex.join(["-T", str(kit.linker_script), str(kit.library)])}


def write(kind, folder):
    """Writes a folder; its last part is the name. Answers the files."""
    folder = pathlib.Path(folder)
    if not re.fullmatch(r"[a-z0-9_-]{1,15}", folder.name) or folder.name == "--":
        raise Refused(f"{folder.name}: expected a name as a partition has it, 1 to 15 of a-z 0-9 - _")
    if folder.exists():
        raise Refused(f"{folder}: is there already")
    folder.mkdir(parents=True)
    made = []
    for template in sorted((kit_paths().templates / kind).iterdir()):
        # The first line is the template's licence; what is made of it is the user's.
        text = template.read_text().partition("\n")[2]
        for key, value in values(folder.name).items():
            text = text.replace(f"@{key}@", value)
        made.append(folder / template.name.replace("NAME", folder.name))
        made[-1].write_text(text)
    return made
