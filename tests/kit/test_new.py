# SPDX-License-Identifier: BSD-2-Clause
"""What `belfry new` writes is built, checked and booted, by QEMU and by GRUB; in the tree, and as if installed."""
import json
import re
import subprocess

import pytest

import machine
from kit import BELFRY, ROOT, TCG, belfry, console, make, run
from verdict import said


@pytest.fixture(params=["tree", "installed"])
def command(request, tmp_path):
    if request.param == "tree":
        return BELFRY
    make("install", f"PREFIX={tmp_path / 'some where'}")
    return tmp_path / "some where/bin/belfry"


@pytest.fixture
def system(tmp_path):
    """new_system(command): both starts, the guest built, and its line in the system taken in."""
    def new_system(command=BELFRY):
        belfry("new", "system", "plant", command=command, folder=tmp_path)
        folder = tmp_path / "plant"
        belfry("check", "system.cfg", command=command, folder=folder)
        assert belfry("new", "guest", "mine", command=command, folder=folder) == "mine/Makefile\nmine/mine.c\n"
        run("make", "-C", folder / "mine")
        text = (folder / "system.cfg").read_text()
        (folder / "system.cfg").write_text(text.replace("# module", "module"))
        return folder / "system.cfg"
    return new_system


def test_starts(command, system):
    path = system(command)
    shown = belfry("check", path, command=command)
    assert re.search(r"^  clock +line 0 +15 ticks, 15 ms; 20 where it yields$", shown, re.M), shown
    log = belfry("run", path, "--", *TCG, command=command)
    assert [line.rstrip("\r") for line in re.findall("^mine: (.*)", log, re.M)] == ['started with "ticks=100"',
                                                                                   "100 ticks and more"]
    assert "of 3 partitions 3 exited with code 0, 0 did not" in console(log, "")
    # The bound is reached: the tick that ends its window waits 15 others, and comes with them.
    assert re.search(r"^clock: 00:00:01  1001 ticks in \d+ upcalls, at most 16 in one", log, re.M), log
    assert not re.search("SPDX", path.read_text() + (path.parent / "mine/mine.c").read_text())


def test_is_there_already(system):
    path = system()
    said = belfry("new", "guest", "mine", folder=path.parent, status=1)
    assert said == "belfry: mine: is there already\n"


def test_iso(system, tmp_path):
    """GRUB reads the file as the kit does: quoting, variables, a file that is taken in, and what comes after."""
    path = system()
    (path.parent / "more.cfg").write_text("module /mine/mine.elf three $window$nothing line=0 -- \"it's\" $words\"$words\"\n")
    text = path.read_text().replace("set timeout=3", "set timeout=0\nset words='x  y'")
    module = "    module /mine/mine.elf mine"
    lines = [r"""module /mine/mine.elf two "line=0" -- 'a b' c\ d \$e "\$f'" "g\h" i#j \
    k""", "set window=window=5", "source /more.cfg"]
    path.write_text(text.replace(module, "\n".join(lines) + "\n" + module) + "set words=after\n")
    systems = json.loads(belfry("check", path, "--json"))["systems"]
    args = {partition["name"]: partition["args"] for partition in systems[0]["partitions"]}
    iso = tmp_path / "x.iso"
    belfry("iso", path, "-o", iso)
    with machine.Machine(tmp_path, media=["-cdrom", str(iso)], memory="512M") as booted:
        assert booted.wait() == machine.ALL_EXITED, booted.report()
        log = booted.log
    for name in ("two", "three", "mine"):
        assert said(log, name)[0] == f'started with "{args[name]}"'
    assert "after" in args["three"], args
    assert "Belfry: three: mem 2048K, fault stop, window 5, line 0" in log


def test_manual_page_and_completion():
    """Each command and each option has its place in both."""
    page, completion = ((ROOT / "kit" / name).read_text().replace("\\-", "-") for name in ("belfry.1", "belfry.bash"))
    text = belfry("--help")
    commands = re.findall(r"^    (\w+) ", text, re.M)
    assert commands == ["check", "iso", "run", "top", "ask", "trace", "new"]
    words = {word for name in commands for word in re.findall(r"(?<![\w-])--[a-z]+", belfry(name, "--help"))}
    assert {"--entry", "--json", "--output", "--unchecked"} <= words
    for word in [*commands, *words - {"--help"}]:
        assert word in page and word in completion, word


@pytest.mark.parametrize("line, answers", [
    ("belfry ", "--help ask check iso new run top trace"), ("belfry c", "check"), ("belfry new ", "guest system"),
    ("belfry check --s", "--svg"), ("belfry run --u", "--unchecked"), ("belfry check x.cfg --entry t", "three two"),
])
def test_completion(tmp_path, line, answers):
    (tmp_path / "x.cfg").write_text("menuentry a --id two {\n}\nmenuentry b --id three {\n}\n")
    script = f"""source {ROOT}/kit/belfry.bash
read -ra COMP_WORDS <<<'{line}'; [[ '{line}' != *' ' ]] || COMP_WORDS+=('')
COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 )); _belfry; echo "${{COMPREPLY[@]}}\""""
    done = subprocess.run(["bash", "-eu", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert sorted(done.stdout.split()) == answers.split(), done
