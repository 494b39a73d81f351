# SPDX-License-Identifier: BSD-2-Clause
"""How large the hypervisor is: its sections, what each vCPU and each partition takes, its lines."""
import re

from image import run
from machine import ROOT
from systems import image

ENTRIES = 64  # of each table below
PAGE = 4096
VCPU = ["vcpus", "virqs"]
PARTITION = ["partitions", "config", "turns", "info"]  # turns: the console's buffers; info: the command line
TABLES = 4 + 1  # pages, paging.c says which: for a partition that ends below 6 MiB
SOURCES = [".c", ".h", ".asm"]
FOLDERS = ["boot", "arch", "hv", "include", "guest-api/include", "guest-api/lib"]


def table(names):
    """Bytes for one entry of them all; the linker may have put a suffix to a static one's name."""
    found = {name.split(".")[0]: size for name, size in image().sizes.items()}
    return sum(found[name] for name in names) // ENTRIES


def sizes():
    listing = run("size", "-A", image().file)
    section = {name: int(size) for name, size in re.findall(r"^(\.\w+) +(\d+) ", listing, re.M)}
    return {
        "text": section[".boot"] + section[".text"],
        "rodata": section[".rodata"],
        "data": section[".data"],
        "bss": section[".bss"],
        "vcpu": table(VCPU),
        "partition": table(PARTITION) + PAGE,  # the vCPU page
        "tables": TABLES * PAGE,
    }


def code_lines(path):
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(), flags=re.S)
    if path.suffix == ".asm":
        text = re.sub(r";.*", "", text)
    return sum(bool(line.strip()) for line in text.splitlines())


def lines():
    """Without blanks and comments."""
    return {folder: sum(code_lines(path) for path in (ROOT / folder).rglob("*") if path.suffix in SOURCES)
            for folder in FOLDERS}
