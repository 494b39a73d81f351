# SPDX-License-Identifier: BSD-2-Clause
"""What the graders share: the sheet of what is asked, guests built, trees patched and built, systems booted."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests/system"))

import machine  # noqa: E402
import verdict  # noqa: E402

LABS = {folder.name[0]: folder for folder in HERE.glob("[1-9]-*")}
BOOT_SECONDS = 60
MAKE = ("make", "-s", f"-j{os.cpu_count()}")
BUILT = ("hv", "gen", "guest")  # of the build folder: what a changed tree begins with


class Tree:
    """Sources, and what is built of them."""

    def __init__(self, root, build):
        self.root, self.build = root, build


TREE = Tree(ROOT, machine.BUILD)


class Stop(Exception):
    """What was not met leaves nothing more to look at."""


class Sheet:
    """What is asked of one folder, and what of that is met; `draw` is where chance comes from."""

    def __init__(self, folder, work, draw):
        self.folder, self.work, self.draw = folder, work, draw
        self.asked = self.met = 0
        self.log = []

    def look(self, what, met, otherwise=""):
        """One thing asked; `otherwise` says what was found and what was expected. Answers `met`."""
        self.asked += 1
        self.met += bool(met)
        print(f"ok: {what}" if met else f"not yet: {what}: {otherwise}", flush=True)
        return met

    def equal(self, what, found, expected):
        return self.look(what, found == expected, f"found {found}, expected {expected}")

    def need(self, what, met, otherwise=""):
        """The same, where nothing can be looked at without."""
        if not self.look(what, met, otherwise):
            raise Stop

    def run(self, *command, folder=None, seconds=300):
        """Runs a command; answers whether it ended with 0, and what it said."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "BELFRY"))}
        kept["BELFRY_BUILD"] = str(machine.BUILD)
        done = subprocess.run(["timeout", "-k", "5", str(seconds), *map(str, command)], cwd=folder or self.work, env=kept,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        said = done.stdout.decode(errors="replace")
        self.log += [f"$ {' '.join(map(str, command))}", said]
        return done.returncode == 0, said

    def build(self, source, tree=TREE):
        """Builds a guest by guest.mk with the library of a tree. Answers the image, or None, and what was said."""
        good, said = self.run("make", "-f", HERE / "guest.mk", f"FROM={source.parent}", f"BELFRY={tree.root}",
                              f"BUILD={tree.build}", f"{source.stem}.elf")
        return self.work / f"{source.stem}.elf" if good else None, said

    def build_own(self, source, tree=TREE):
        """A guest of the grader's."""
        image, said = self.build(source, tree)
        if not image:
            sys.exit(f"{source} was not built; is Belfry? (`make`)\n{said}")
        return image

    def build_answer(self, name, tree=TREE):
        """A guest that is handed in."""
        image, said = self.build(self.folder / name, tree)
        first = next((line for line in said.splitlines() if re.search("error:|No rule", line)), "it was not")
        self.need(f"{name} builds without a warning", image, first)
        return image

    def copy(self, name):
        """A copy of the sources, with what is built of them."""
        root = self.work / name
        shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(".git", "build", "__pycache__"))
        root.joinpath("build").mkdir()
        for part in BUILT:
            if (TREE.build / part).is_dir():
                shutil.copytree(TREE.build / part, root / "build" / part)
        return Tree(root, root / "build")

    def apply(self, tree, file, *options):
        return self.run("patch", "-u", "-p1", "-F0", "-f", *options, "-i", file, folder=tree.root)

    def patch(self, tree, file, allowed):
        """Applies a patch that is handed in to a tree, where it only changes files that begin with one of `allowed`."""
        self.need(f"{file} is there", (self.folder / file).is_file(), "not found")
        good, said = self.apply(tree, self.folder / file, "--dry-run")
        self.need(f"{file} applies", good, said.strip())
        may = re.compile(rf"checking file ({'|'.join(map(re.escape, allowed))})[\w./-]*|Hunk #.*")
        others = [line for line in said.splitlines() if not may.fullmatch(line) or ".." in line]
        self.need(f"{file} changes what it may: {', '.join(allowed)}", not others, "; ".join(others))
        self.apply(tree, self.folder / file)

    def plant(self, tree, file):
        """Applies a patch of the lab's own, and builds the hypervisor with it."""
        good, said = self.apply(tree, file)
        good, said = self.run(*MAKE, "build/belfry.elf", folder=tree.root) if good else (good, said)
        if not good:
            sys.exit(f"{file} does not apply to this project, or does not build. Is the project unchanged?\n{said}")

    def make(self, tree, what, guests):
        """Builds a tree's hypervisor, and some of its test guests and samples."""
        good, said = self.run(*MAKE, "build/belfry.elf", *(f"build/guests/{name}.elf" for name in guests), folder=tree.root)
        first = next((line for line in said.splitlines() if re.search("error:|No rule", line)), said.strip()[-200:])
        self.need(f"{what} builds without a warning", good, first)

    def judge(self, memory="1G"):
        """The one system of system.cfg, as `belfry check` sees it with the images that were built."""
        _, said = self.run(ROOT / "kit/belfry", "check", "--json", "--memory", memory, "--images", self.work,
                           self.folder / "system.cfg")
        try:
            report = json.loads(said)
        except ValueError:
            report = {"errors": [said.strip()]}
        self.need("`belfry check system.cfg` finds nothing wrong", not report["errors"], "; ".join(report["errors"]))
        self.need("it has one system", len(report["systems"]) == 1, f"found {len(report['systems'])}")
        return report["systems"][0]

    def look_at_selftest(self, tree, guests):
        """These of the tree's test guests, at once, as its self-test has them."""
        _, said = self.run("tools/selftest", *(f"tests/guests/{name}.c" for name in guests), folder=tree.root)
        modules = re.findall(r"^module /boot/(\S+) (\S+) \$window(.*)$", said, re.M)
        boot = self.boot([f"{tree.build}/guests/{image} {name}{words}" for image, name, words in modules], tree=tree)
        failed = [f"{name}: {wrong}" for _, name, _ in modules if (wrong := boot.tap(name))]
        self.look(f"of the self-test {', '.join(guests)} pass", modules and not failed, "; ".join(failed))

    def boot(self, modules, hv="", tree=TREE, devices=(), memory="256M"):
        """Boots a tree's hypervisor with modules, `image name words` each. Answers what came of it."""
        folder = self.work / "boot"
        folder.mkdir(exist_ok=True)
        media = ["-kernel", str(tree.build / "belfry.elf"), "-append", f"exit=idle {hv}",
                 "-initrd", ",".join(machine.module(line) for line in modules)]
        with machine.Machine(folder, media=media, timeout=BOOT_SECONDS, memory=memory, icount=True,
                             devices=list(devices)) as booted:
            status = booted.wait()
            self.log.append(booted.report())
            return Boot(status, booted.log)


def numbers(lines, form):
    """The numbers of the one line that has this form, a # for each; Nones where there is none, or are several."""
    found = [match for line in lines if (match := re.fullmatch(form.replace("#", r"(\d+)"), line))]
    return [int(text) for text in found[0].groups()] if len(found) == 1 else [None] * form.count("#")


class Boot:
    """How a boot ended, and what the console says of it."""

    def __init__(self, status, log):
        self.status, self.log = status, log

    def said(self, name):
        return verdict.said(self.log, name)

    def end(self, name):
        """How a partition ended, and its counters, from the hypervisor's summary."""
        found = re.search(rf"^Belfry: {name}: ([^,]+), (restarts .*?)\r?$", self.log, re.M)
        if not found:
            return {"how": verdict.ENDS.get(self.status, f"QEMU ended with {self.status}")}
        return {"how": found[1], **{key: int(value) for key, value in re.findall(r"(\w+) (\d+)", found[2])}}

    def tap(self, name):
        """What failed of a test guest's checks, as text; empty where all were made and passed."""
        said = self.said(name)
        failed = [line for line in said if line.startswith("not ok")]
        if not failed and not any(re.match(r"1\.\.\d", line) for line in said):
            failed = [f"it gave no verdict: {self.end(name)['how']}"]
        return "; ".join(failed)

    def line(self, number):
        """How often a line was raised, from the hypervisor's summary."""
        found = re.search(rf"^Belfry: line {number}: raised (\d+)", self.log, re.M)
        return int(found[1]) if found else None
