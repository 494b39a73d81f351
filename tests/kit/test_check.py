# SPDX-License-Identifier: BSD-2-Clause
"""`belfry check` says of a bad system what the hypervisor says of it at boot, in the same words."""
import json
import re
import xml.etree.ElementTree

import pexpect
import pytest

from kit import BELFRY, BUILD, ROOT, TCG, belfry, console, errors, write_system
from test_config import BAD_IMAGES, BAD_VALUES

LONG = "vector=50 " * 420

# The hypervisor's words, the modules, and how much memory there is.
BAD = {
    "values": ("exit=idle", [f"hello.elf p{n} {word}" for n, word in enumerate(BAD_VALUES)], "256M"),
    "own line": ("exit=idle hz=1 hz=100 speed=9,8 com=3 burst unsafe-ports=1", ["hello.elf a line=1,3 -- x,y"], "256M"),
    "names": ("exit=idle", ["hello.elf", "hello.elf Upper mem=1", "hello.elf twin", "hello.elf twin line=2",
                            "hello.elf twin", "hello.elf sixteen-letters_", f"hello.elf args -- {'x' * 192}",
                            f"hello.elf long {LONG}", "hello.elf once mem=1M mem=1M"], "256M"),
    "owners": ("exit=idle", ["hello.elf a line=5 ports=0x300-0x30f", "hello.elf b line=5 line=4 ports=0x30f ports=0x20",
                             "hello.elf c ports=0x3f8 ports=0-0xffff"], "256M"),
    "images": ("exit=idle", [f"{name} {name}" for name in BAD_IMAGES], "256M"),
    "image too large": ("exit=idle", ["clock.elf small mem=128K", "full full", "full less mem=1M", "full more mem=4M"], "256M"),
    "memory": ("exit=idle", ["hello.elf a mem=100M", "hello.elf b mem=200M", "hello.elf c mem=1G"], "256M"),
    "page tables": ("exit=idle", [f"hello.elf p{n} mem=1M" for n in range(64)], "64M"),
    "port bitmaps": ("exit=idle", [*(f"hello.elf p{n} mem=128K ports={0x300 + n}" for n in range(20)),
                                   "hello.elf big mem=256M"], "256M"),
    "above 4 GiB": ("exit=idle", [f"hello.elf p{n} mem=1G" for n in range(9)], "8G"),
    "tables above 4 GiB": ("exit=idle", ["hello.elf a mem=1G", "hello.elf b mem=1G", "hello.elf c mem=1G", "hello.elf d mem=1023M",
                                         "hello.elf e mem=1G"], "5G"),
    "no module": ("exit=idle", [], "256M"),
    "65 modules": ("exit=idle", [f"hello.elf p{n} mem=128K" for n in range(64)] + ["hello.elf p64 mem=1"], "256M"),
}


@pytest.fixture
def images(tmp_path):
    for name, (content, _) in BAD_IMAGES.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "full").write_bytes(BAD_IMAGES["guard"][0])
    return tmp_path


@pytest.mark.parametrize("name", BAD)
def test_same_words_as_at_boot(images, name):
    words, modules, memory = BAD[name]
    system = write_system(images, modules, words)
    found = errors(belfry("check", system, "--memory", memory, status=1))
    booted = belfry("run", "--unchecked", "--memory", memory, system, "--", *TCG, status=1)
    at_boot = console(booted)
    assert [text for _, text in found] == at_boot and at_boot, booted
    for line, text in found:
        about = re.match(r'partition "p(\d+)"|module (\d+)', text)
        if about:
            assert line == 3 + (int(about[1]) if about[1] else int(about[2]) - 1), text
        elif not text.startswith("partition "):
            assert line == 2, text


def test_lines_of_errors(images):
    """Each error stands at its own module's line, in whatever file that is."""
    (images / "more.cfg").write_text("# more\nmodule /boot/hello.elf c \\\n    line=2\n\nmodule /boot/hello.elf d mem=1\n")
    (images / "system.cfg").write_text(
        "menuentry one {\n  multiboot /boot/belfry.elf\n  module /boot/hello.elf a fault=x\n  source /boot/more.cfg\n}\n"
        "menuentry two {\n  multiboot /boot/belfry.elf hz=1\n  module /boot/nothing.elf b\n  module /boot/hello.elf b\n}\n")
    said = belfry("check", "system.cfg", folder=images, status=1)
    assert [line.split(": ")[:3] for line in said.splitlines()] == [
        ["system.cfg:3", 'partition "a"', "fault=x"], [f"{images / 'more.cfg'}:2", 'partition "c"', "line=2"],
        [f"{images / 'more.cfg'}:5", 'partition "d"', "mem=1"],
        ["system.cfg:8", "/boot/nothing.elf", "no such image beside system.cfg, in --images or among the samples"],
        ["system.cfg:7", "the hypervisor's line", "hz=1"], ["system.cfg:9", "module 2", "b"]], said
    description = json.loads(belfry("check", "system.cfg", "--json", folder=images, status=1))
    assert description["errors"] == said.splitlines() and [system["starts"] for system in description["systems"]] == [False] * 2
    assert errors(belfry("check", "system.cfg", "--entry", "two", folder=images, status=1))[0][0] == 8


def test_what_is_said_of_a_good_system(tmp_path):
    """The banner's memory and a line for each partition, as at boot."""
    system = write_system(tmp_path, ["hello.elf a mem=1M", "hello.elf b line=0 vector=50 vector=52 ports=0x310-0x31f mem=100M",
                                     "clock.elf c fault=restart restarts=2 line=0 window=7 -- seconds=1"])
    booted = belfry("run", system, "--", *TCG)
    description = json.loads(belfry("check", system, "--json"))
    assert description["errors"] == []
    for partition in description["systems"][0]["partitions"]:
        said = re.search(rf"^Belfry: {partition['name']}: mem (\d+)K, fault (\w+)", booted, re.M)
        assert partition["mem"] == int(said[1]) << 10 and partition["fault"] == said[2]
    from belfry_kit import judge
    menu, verdicts = judge.judge_menu(system)
    def plain(lines):
        return [re.sub(r"(of memory), .*", r"\1", line) for line in lines]
    told = [f"Belfry: {line}" for line in console(booted, "")]
    assert plain(verdicts[0].said) == plain(told[:4]), booted


def test_the_menu_of_the_iso():
    said = belfry("check", ROOT / "iso/grub.cfg", "--images", BUILD / "iso", "--quiet")
    assert said == ""
    shown = belfry("check", ROOT / "iso/grub.cfg", "--images", BUILD / "iso", "--entry", "demo")
    for row in (r"clock +line 0 +40 ticks, 39\.99 ms; 50 where it yields", r"keyboard +line 1 +none: ",
                r"clock +0 +10 +9\.998 ms", r"rogue +2M +40 +restart, 100 times +nothing"):
        assert re.search(rf"^  {row}", shown, re.M), f"{row}\n{shown}"


def test_memory_map(tmp_path):
    """Regions are whole, in order, and do not overlap; all of it is in --json."""
    system = write_system(tmp_path, [f"hello.elf p{n} mem={1 + n}M" for n in range(9)])
    facts = json.loads(belfry("check", system, "--json"))["systems"][0]
    regions = sorted([facts["hypervisor"], *(partition[key] for partition in facts["partitions"]
                                             for key in ("image", "memory", "tables"))])
    assert all(before[1] <= after[0] for before, after in zip(regions, regions[1:])), regions
    for n, partition in enumerate(facts["partitions"]):
        assert partition["memory"][1] - partition["memory"][0] == ((1 + n) << 20) + 4096
        assert partition["line"] == 3 + n and partition["path"] == "/boot/hello.elf"


def test_svg(tmp_path):
    system = write_system(tmp_path, ["hello.elf a window=3", "hello.elf b window=9", "hello.elf c"])
    belfry("check", system, "--svg", tmp_path / "x.svg")
    drawn = xml.etree.ElementTree.parse(tmp_path / "x.svg").getroot()
    space = "{http://www.w3.org/2000/svg}"
    bars = {bar.findtext(f"{space}title"): float(bar.get("width")) for bar in drawn.iter(f"{space}rect") if len(bar)}
    assert {"a: 3 ticks from tick 0", "b: 9 ticks from tick 3", "c: memory", "hypervisor"} <= bars.keys()
    assert (bars["b: 9 ticks from tick 3"] + 1) / (bars["a: 3 ticks from tick 0"] + 1) == pytest.approx(3, rel=0.01)


def test_run_on_a_terminal(tmp_path):
    """What is typed goes to the console's port; Ctrl-A, then x ends it. QEMU's options are of the user's folder."""
    (tmp_path / "a b").mkdir()
    system = write_system(tmp_path / "a b", ["keyboard.elf a line=1 ports=0x60"], hv="")
    run = pexpect.spawn(str(BELFRY), ["run", str(system), "--", "-accel", "tcg", "-serial", "file:com2"], cwd=tmp_path, timeout=30)
    run.expect_exact("a: type; Esc ends me")
    run.send("\x01x")
    run.expect(pexpect.EOF)
    run.close()
    assert run.exitstatus == 0 and (tmp_path / "com2").exists()


@pytest.mark.parametrize("words, status, text", [
    (["check", "nothing.cfg"], 1, "nothing.cfg: no such file"),
    (["check", "system.cfg", "--entry", "y"], 1, "y: no entry of system.cfg, which has: x"),
    (["check", "system.cfg", "--memory", "1T"], 1, "1T: expected an amount of memory"),
    (["check", "system.cfg", "--memory", "8M"], 1, "memory: too little for the images alone"),
    (["check", "empty.cfg"], 1, "empty.cfg:1: no system"),
    (["run", "empty.cfg"], 1, "empty.cfg:1: no system"),
    (["check"], 2, "usage: "), (["check", "--", "-S"], 2, ""), ([], 2, "usage: "), (["boot"], 2, "invalid choice"),
    (["run", "--entry", "x", "bad.cfg"], 1, "1 error: not started"),
    (["iso", "bad.cfg", "-o", "x.iso"], 1, "1 error: not started"),
    (["new", "guest", "Upper"], 1, "Upper: expected a name"), (["new", "guest", "."], 1, "expected a name"),
    (["check", "text.cfg"], 1, "expected the hypervisor's image"),
])
def test_wrong_use(tmp_path, words, status, text):
    write_system(tmp_path, [f"{'hello.elf'} a mem=1M" for _ in range(1)])
    write_system(tmp_path, ["hello.elf a mem=1"], name="bad.cfg")
    (tmp_path / "empty.cfg").write_text("set timeout=3\n")
    (tmp_path / "text.elf").write_text("text")
    (tmp_path / "text.cfg").write_text("multiboot /text.elf\nmodule /boot/hello.elf a\n")
    if "8M" in words:
        (tmp_path / "large.elf").write_bytes(bytes(8 << 20))
        write_system(tmp_path, ["large.elf a"])
    said = belfry(*words, status=status, folder=tmp_path)
    assert text in said and "Traceback" not in said, said
    assert not (tmp_path / "x.iso").exists()


def test_another_hypervisor(tmp_path):
    """An image that is not the kit's own is judged by the kit's rules all the same, and that is said."""
    (tmp_path / "belfry.elf").write_bytes((BUILD / "belfry.elf").read_bytes() + b"x")
    said = belfry("check", write_system(tmp_path, ["hello.elf a"]))
    assert "note: " in said and "is not this kit's belfry.elf" in said
