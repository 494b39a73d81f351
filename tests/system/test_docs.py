# SPDX-License-Identifier: BSD-2-Clause
"""The documents: every command in them is run as written, in a copy of the tree, page by page.

A block that a line "`name`:" or a sentence with "`name`, …" introduces is that file. A block of `sh` is run, unless
`<!-- not run: why -->` stands above it. A block of `text` behind one that was run must be in what it said, line by line.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import xml.etree.ElementTree

import pytest

from machine import BUILD, ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
BLOCK = re.compile(r"^(?:<!-- not run: (?P<why>.+?) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.M | re.S)
FILE = re.compile(r"`([\w/.-]+\.(?:c|asm|cfg)|[\w/]*Makefile)`[^`]*:\n\s*\Z")
NAME_LINK = re.compile(r"\[`([^`]+)`\]\(([^)#\s]+\.(?:asm|c|h|ld))\)")  # [`name()`](file.c)


def blocks(page):
    """Each block: kind, text, why it is not run, and the file that it is."""
    text = page.read_text()
    for found in BLOCK.finditer(text):
        name = FILE.search(text[:found.start()])
        yield found["kind"], found["text"], found["why"], name and name[1]


@pytest.fixture
def tree(tmp_path):
    """A copy of the sources with what was built of them."""
    skip = shutil.ignore_patterns(".git", "build*", "__pycache__")
    tree = pathlib.Path(shutil.copytree(ROOT, tmp_path / "tree", ignore=skip))
    unused = shutil.ignore_patterns("tmp*", "mutants", "fuzz", "coverage", "proof")
    shutil.copytree(BUILD, tree / "build", symlinks=True, ignore=unused)
    return tree


def run(command, folder):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "BELFRY"))}
    done = subprocess.run(["timeout", "-k", "5", "120", "sh", "-eu", "-c", command], cwd=folder, env=environment, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, f"$ {command}\n{done.stdout}\nended with {done.returncode}"
    return done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT).with_suffix("")))
def test_page(tree, page):
    said = None
    for kind, text, why, name in blocks(page):
        if kind == "text":
            missing = [line for line in text.splitlines() if said is not None and line not in said.splitlines()]
            assert not missing, f"{missing} not in:\n{said}"
        elif name:
            (tree / name).parent.mkdir(exist_ok=True)
            (tree / name).write_text(text)
        said = run(text, tree) if kind == "sh" and not why else None


def test_first_guest(tree, boot):
    """The README's first guest says what the README shows; its system does not end by itself."""
    page = list(blocks(ROOT / "README.md"))
    at = next(i for i, block in enumerate(page) if block[3] == "first.c")
    source, build, start, shown = page[at:at + 4]
    (tree / "first.c").write_text(source[1])
    run(build[1], tree)
    modules = re.search(r'-initrd "first\.elf ([^"]*)"', start[1])[1]
    booted = boot([f"{tree / 'first.elf'} {modules}"], hv="", icount=True)
    for line in shown[1].splitlines():
        booted.wait_for(re.escape(line))


def test_whole_way(tree):
    """From the installation of the kit to a trace of a guest of one's own, by the commands of the README."""
    page = list(blocks(ROOT / "README.md"))
    at = next(i for i, block in enumerate(page) if block[3] == "mine.cfg")
    (tree / "mine.cfg").write_text(page[at][1])
    said = run(f"trap 'kill $(jobs -p) 2>/dev/null || :' EXIT\n{page[at - 1][1]}{page[at + 1][1]}wait", tree)
    assert re.search(r"^  mine +2M +- +stop +line 0$", said, re.M), said
    raised, acknowledged, outstanding = map(int, re.search(
        r"^mine +vector +32 gr\S+ raised (\d+) acknowledged (\d+) discarded 0 outstanding (\d+) ", said, re.M).groups())
    assert raised == acknowledged + outstanding > 0, said
    raised, acknowledged, upcalls = map(int, re.search(r"^  mine +32 +(\d+) +(\d+) +(\d+) +[\d.]+ +[\d.]+$", said, re.M).groups())
    assert raised > 0 and acknowledged > 0 and upcalls > 0, said
    events = json.loads((tree / "trace.json").read_text())["traceEvents"]
    track = next((e["pid"], e["tid"]) for e in events if e["name"] == "thread_name" and e["args"]["name"] == "mine")
    assert sum(e["ph"] == "X" and (e["pid"], e["tid"]) == track for e in events) == upcalls
    xml.etree.ElementTree.parse(tree / "trace.svg")
    assert "mine: started" in (tree / "log").read_text("latin-1")


def test_links():
    """Each link to a file or to a heading has its target."""
    def anchors(page):
        headings = re.findall(r"^#+ (.*)$", page.read_text(), re.M)
        return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}

    for page in PAGES:
        for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)]*))?\)", page.read_text()):
            file = page.parent / target if target else page
            assert file.exists(), f"{page.name}: {target}"
            assert not anchor or anchor in anchors(file), f"{page.name}: {target}#{anchor}"


DEFINITIONS = {
    "c": [
        r"^#define (\w+)",
        r"^(?:struct|union|enum) (\w+) \{",
        r"^typedef [\w *]*?(\w+)(?:\(|;| __attribute)",
        r"^[A-Za-z_][^;{}=#]*?\b(\w+)\((?:[^();{}]|\([^()]*\))*\)\s*\{",  # a function with its body
        r"^(?!extern |typedef )[A-Za-z_][^;{}=\n]*?\b(\w+)(?:\[[^\]=;]*\])*(?: =|;)",  # an object
        r"^\} (\w+)(?:\[\w*\])*(?: =|;)",  # an object of a type without name
    ],
    "asm": [r"^(\w+):", r"^%macro (\w+)", r"^(\w+)\s+equ\b"],
    "ld": [r"^\s*(\w+) = ", r"^\s*(\.\w+)\b.* :"],
}


def defined(file):
    """The names that a source file defines: functions, types, constants, macros and objects of C; labels, macros and
    constants of assembly; symbols and sections of a linker script. Not what it only declares or uses."""
    kind = {".h": "c"}.get(file.suffix, file.suffix[1:])
    text = re.sub(r";.*" if kind == "asm" else r"(?s)/\*.*?\*/", "", file.read_text())
    names = {name for pattern in DEFINITIONS[kind] for name in re.findall(pattern, text, re.M)}
    for constants in re.findall(r"^enum(?: \w+)? \{([^}]*)\}", text, re.M) if kind == "c" else []:
        names |= set(re.findall(r"(\w+)(?: = [^,]*)?(?:,|\s*$)", constants))
    return names


def test_defined():
    """What is called, declared or told of in a file is not defined there."""
    trap, header, entry = (defined(ROOT / "arch/x86" / name) for name in ("trap.c", "trap.h", "trap_entry.asm"))
    assert {"trap_tick", "follows_call", "EXCEPTION_GP"} <= trap and not {"irq_tick", "text_start", "read_cr2"} & trap
    assert "trap_tick" not in header and "X86_TRAP_H" in header
    assert {"tick_entry", "stub", "cpu_loop"} <= entry and not {"trap_tick", "cpu"} & entry


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_names(page):
    """A link of code to a source file leads to where the name is defined."""
    for name, target in NAME_LINK.findall(page.read_text()):
        plain = re.sub(r"^(?:struct|enum|union)\s|[(\[][)\]]$", "", name)
        assert target.endswith(name) or plain in defined(page.parent / target), f"{target} does not define {name}"


def test_tour():
    """The tour leads to every file of the hypervisor."""
    tour = ROOT / "docs/tour.md"
    linked = {(tour.parent / target).resolve() for target in re.findall(r"\]\(([^)#\s]+)\)", tour.read_text())}
    files = {file for folder in ("boot", "arch/x86", "hv") for file in (ROOT / folder).iterdir()}
    assert len(files) > 60 and not files - linked, sorted(str(file.relative_to(ROOT)) for file in files - linked)
