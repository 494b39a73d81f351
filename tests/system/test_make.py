# SPDX-License-Identifier: BSD-2-Clause
"""What a user types: make's targets, on machines with and without the tools."""
import json
import os
import pathlib
import re
import resource
import shlex
import shutil
import socket
import subprocess

import pexpect
import pytest

from machine import BUILD, ROOT

CONTROL_A = "\x01"


def make(*words, folder=ROOT, path=None, timeout=60):
    """Runs make as a user would: what the make above this test has set is not handed down."""
    environment = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    if path:
        environment["PATH"] = str(path)
    return subprocess.run([shutil.which("make"), "-C", folder, "--no-print-directory", *words], env=environment,
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout)


@pytest.fixture
def tree(tmp_path):
    """A copy of the sources, to work in."""
    skip = shutil.ignore_patterns(".git", "build*", "__pycache__", "compile_commands.json")
    return pathlib.Path(shutil.copytree(ROOT, tmp_path / "tree", ignore=skip))


@pytest.fixture
def path_without(tmp_path):
    """path_without(tools…): a PATH that has all that this one has, but those."""
    def build(*tools):
        folder = tmp_path / "bin"
        folder.mkdir()
        for source in os.environ["PATH"].split(":"):
            for tool in pathlib.Path(source).glob("*"):
                if tool.name not in tools and not (folder / tool.name).is_symlink():
                    (folder / tool.name).symlink_to(tool)
        return folder
    return build


@pytest.fixture
def all_tools():
    """For tests of what also developers' tools are needed for."""
    groups = ["build", "run", "debug", "test", "lint"]
    if missing := subprocess.run([ROOT / "tools/missing", *groups], capture_output=True, text=True, check=True).stdout:
        pytest.skip("missing, `make setup` installs it: " + missing.replace("\n", ", "))


def test_help(all_tools):
    """Every target that it names is one, or wants tools that are not everybody's."""
    done = make("help")
    targets = set(re.findall(r"^make ([a-z-]+)\b", done.stdout, re.M))
    assert done.returncode == 0 and {"setup", "run", "debug", "test", "lint", "compdb", "clean"} <= targets, done.stdout
    for target in sorted(targets - {"setup"}):
        done = make("-n", f"B={BUILD}", target)
        assert done.returncode == 0 or "This machine lacks" in done.stdout, done.stdout


@pytest.mark.parametrize("goal, missing", [
    ("all", ["nasm"]),
    ("run", ["nasm", "grub-mkrescue", "qemu-system-x86_64", "xorriso"]),
    ("test", ["gcc", "qemu-system-x86_64"]),
    ("lint", ["cppcheck", "clang-tidy", "mformat"]),
])
def test_missing_tools(all_tools, tree, path_without, goal, missing):
    """All of them are named at once, with `make setup`, and nothing is begun."""
    done = make(goal, folder=tree, path=path_without(*missing))
    assert done.returncode != 0
    packages = dict(line.split()[1:] for line in (ROOT / "tools/packages").read_text().splitlines()
                    if line and line[0] != "#")
    named = re.findall(r"^    (\S+) \(package (\S+)\)$", done.stdout, re.M)
    assert sorted(named) == sorted((tool, packages[tool]) for tool in missing), done.stdout
    assert "`make setup` installs it." in done.stdout and "not found" not in done.stdout
    assert not (tree / "build").exists()


def test_tools_of_others(all_tools, tree, path_without):
    """Who builds needs neither QEMU nor the linters; help needs nothing."""
    path = path_without("qemu-system-x86_64", "cppcheck", "gdb")
    assert make("-n", "all", folder=tree, path=path).returncode == 0
    assert make("-n", "test", folder=tree, path=path).returncode != 0
    assert make("help", folder=tree, path=path).returncode == 0


def test_setup_with_all_there(all_tools):
    """It takes under a second, counted in the processor's time, and asks nobody for anything."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = make("setup")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (done.returncode, done.stdout) == (0, "setup: nothing is missing\n")
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1


APT = """#!/bin/sh
echo "$(basename "$0") $*" >>{log}
case "$*" in *install*) for tool in {missing}; do ln -sf /bin/true {path}/$tool; done ;; esac
"""


@pytest.mark.parametrize("root", [True, False])
def test_setup(all_tools, tree, path_without, tmp_path, root):
    """What is missing is named and installed, in one go, by sudo where one is not root; then make goes on."""
    missing = ["nasm", "qemu-system-x86_64"]
    path, log = path_without(*missing, "apt-get", "apt-cache", "sudo", "id"), tmp_path / "log"
    for tool in ("apt-get", "apt-cache"):
        (path / tool).write_text(APT.format(log=log, missing=" ".join(missing), path=path))
    (path / "sudo").write_text(f'#!/bin/sh\necho "sudo $*" >>{log}\nexec "$@"\n')
    (path / "id").write_text(f"#!/bin/sh\necho {0 if root else 1000}\n")
    for tool in ("apt-get", "apt-cache", "sudo", "id"):
        (path / tool).chmod(0o755)
    done = make("setup", "help", folder=tree, path=path)
    assert done.returncode == 0 and "setup: installs nasm qemu-system-x86" in done.stdout, done.stdout
    assert "make test" in done.stdout
    calls = log.read_text().splitlines()
    assert "apt-get -q update" in calls
    assert any(re.match(r"apt-get .*\binstall nasm qemu-system-x86$", call) for call in calls), calls
    as_root = [call for call in calls if call.startswith("apt-get")]
    assert [re.sub(r"^sudo (env \S+ )?", "", call) for call in calls if call.startswith("sudo")] == (
        [] if root else as_root), calls


def test_setup_for_a_goal(all_tools, tree, path_without):
    """What only another goal needs is installed where that goal is named beside it."""
    path = path_without("frama-c", "cvc5", "apt-get", "apt-cache")
    for tool in ("apt-get", "apt-cache"):
        (path / tool).write_text("#!/bin/sh\n")
        (path / tool).chmod(0o755)
    assert make("setup", folder=tree, path=path).stdout == "setup: nothing is missing\n"
    done = make("setup", "prove", folder=tree, path=path)
    assert done.returncode != 0 and "setup: installs cvc5 frama-c-base" in done.stdout, done.stdout


def test_compdb(all_tools, tree):
    """An entry for each C file, the hypervisor's, the guests' and the host tests', and all of them are there."""
    done = make("compdb", folder=tree, timeout=120)
    assert done.returncode == 0, done.stdout
    entries = json.loads((tree / "compile_commands.json").read_text())
    for entry in entries:
        assert {"directory", "file"} <= entry.keys() and ("command" in entry or "arguments" in entry), entry
    files = {(pathlib.Path(entry["directory"]) / entry["file"]).resolve() for entry in entries}
    sources = {path.resolve() for folder in ("hv", "arch", "boot", "guest-api", "kit/judge", "docs", "tests") for path in
               (tree / folder).rglob("*.c")}
    sources = {source for source in sources if "eva" not in source.parts}  # Frama-C's alone: nothing compiles them
    assert files == sources, files ^ sources


# ---- running ---------------------------------------------------------------------------------------


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def terminal():
    """terminal(words…) types `make words…` on a terminal."""
    started = []

    def start(*words):
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
        started.append(pexpect.spawn("make", ["-C", str(ROOT), f"B={BUILD}", *words], env=environment, timeout=90,
                                     encoding="latin-1", dimensions=(50, 200)))
        return started[-1]

    yield start
    for child in started:
        child.close(force=True)


def leave(child):
    """As tools/run says it."""
    child.send(CONTROL_A + "x")
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


def test_run(terminal):
    """The demo: how to leave, the banner, a line for each partition, then the guests; the monitor's sendkey and the
    second serial port reach theirs."""
    port = free_port()
    child = terminal("run", f"COM2_PORT={port}")
    child.expect_exact("To leave QEMU: Ctrl-A, then x.")
    child.expect_exact(f"telnet 127.0.0.1 {port}")
    child.expect(r"Belfry: version [\d.]+, \d+ MiB of memory, NX")
    for name in ("hello", "clock", "keyboard", "echo", "rogue"):
        child.expect(rf"Belfry: {name}: mem \d+K, fault \w+")
    for line in ("hello: Hello from partition 0", "keyboard: type; Esc ends me", "clock: 00:00:01  "):
        child.expect_exact(line)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as com2:
        com2.sendall(b"by telnet\r")
        child.expect('echo: received "[^"]*by telnet"')
    child.send(CONTROL_A + "c")
    child.expect_exact("(qemu)")
    child.send("sendkey h\rsendkey i\rsendkey ret\r" + CONTROL_A + "c")
    child.expect_exact("keyboard: hi")
    assert leave(child) == 0


def test_run_selftest(terminal):
    child = terminal("run", "SYSTEM=selftest", f"COM2_PORT={free_port()}", "MACHINE=q35", "MEMORY=512M")
    child.expect(r"Belfry: version [\d.]+, 5\d\d MiB of memory")
    child.expect(r"\w+: ok 1 - ")
    leave(child)


@pytest.mark.parametrize("word, complaint", [
    ("SYSTEM=nothing", "SYSTEM=nothing is no entry of iso/grub.cfg, which has: demo selftest selftest-cyclic monitor"),
    ("FIRMWARE=coreboot", "FIRMWARE=coreboot: expected bios or uefi"),
])
def test_run_complains(word, complaint):
    done = make("run", f"B={BUILD}", word)
    assert done.returncode != 0 and complaint in done.stdout, done.stdout


def test_debug(terminal):
    """QEMU waits; the command that is shown brings gdb, with symbols and commands, through GRUB to the boot's end."""
    port = free_port()
    child = terminal("debug", f"GDB_PORT={port}", f"COM2_PORT={free_port()}")
    child.expect(r"QEMU waits for gdb\..*:\r\n *(gdb .*belfry\.debug)\r\n")
    assert f"127.0.0.1:{port}" in child.match[1]
    command = shlex.split(child.match[1])
    child.expect_exact("The second serial port")
    gdb = subprocess.run([*command, "-batch", "-nx", "-ex", "continue", "-ex", "belfry partitions", "-ex", "kill"], cwd=ROOT,
                         capture_output=True, text=True, timeout=60)
    assert re.search(r"cpu_loop \(\) at arch/x86/trap_entry\.asm:\d+", gdb.stdout), gdb.stdout + gdb.stderr
    assert re.findall(r"^ \d (\w+) +loading +0 +2048K$", gdb.stdout, re.M) == ["hello", "clock", "keyboard", "echo", "rogue"]
    child.expect(pexpect.EOF)
    assert "Belfry: rogue: mem" in child.before and "Hello" not in child.before, child.before
