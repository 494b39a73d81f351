# SPDX-License-Identifier: BSD-2-Clause
"""A menu's systems, judged: belfry-judge boots each up to its first guest, with the hypervisor's own code."""
import json
import pathlib
import re
import struct
import subprocess

from belfry_kit import cfg
from belfry_kit.paths import Refused, kit_paths

PAGE = 4096
WHO = re.compile(r'partition "([^"]+)": |module (\d+)\b')


class Verdict:
    """What is wrong with a system, as (file, line, text); where nothing is, what was made of it."""

    def __init__(self, entry):
        self.entry, self.errors, self.facts, self.said, self.files = entry, [], None, [], {}


def memory_size(text):
    """Bytes, of `256M` or `1G`, as QEMU's -m has it; a number alone is MiB."""
    found = re.fullmatch(r"(\d+)([MG]?)", text)
    if not found or not 8 <= (mib := int(found[1]) << (10 if found[2] == "G" else 0)) <= 512 << 10:
        raise Refused(f"{text}: expected an amount of memory, 8M to 512G")
    return mib << 20


def memory_ranges(size):
    """What QEMU's `pc` has available: below 640 KiB, from 1 MiB on but for the firmware's tables, from 4 GiB on."""
    low = size if size < 0xE0000000 else 0xC0000000
    ranges = [(0, 0x9FC00), (1 << 20, low - 0x20000)]
    return ranges + ([(1 << 32, (1 << 32) + size - low)] if size > low else [])


def image_range(path):
    """Where the hypervisor's image, an ELF32 file, is loaded; None where it is none."""
    data = path.read_bytes()
    if data[:5] != b"\x7fELF\x01" or len(data) < 52:
        return None
    offset, size, count = struct.unpack_from("<I", data, 28)[0], *struct.unpack_from("<HH", data, 42)
    if size < 32 or offset + size * count > len(data):
        return None
    headers = [struct.unpack_from("<IIIIII", data, offset + size * n) for n in range(count)]
    loads = [(header[3], header[3] + header[5]) for header in headers if header[0] == 1]
    return (min(loads)[0], -(-max(end for _, end in loads) // PAGE) * PAGE) if loads else None


class Finder:
    """Where a path of the menu's is among the host's files."""

    def __init__(self, path, images=()):
        self.folders = [pathlib.Path(path).resolve().parent, *map(pathlib.Path, images)]

    def __call__(self, path):
        kit, name = kit_paths(), pathlib.PurePosixPath(path).name
        places = [folder / way for folder in self.folders for way in (path.lstrip("/"), name)]
        places.append(kit.hypervisor if name == kit.hypervisor.name else kit.samples / name)
        return next((place for place in places if place.is_file()), None)


def own_module(modules, text):
    """The module that an error's text is about, or None: the hypervisor's line."""
    found = WHO.match(text)
    if not found:
        return None
    for number, module in enumerate(modules, 1):
        words = module.words.replace("\t", " ").split(" ")
        words = [word for word in words if word] or [""]
        name = words[1] if len(words) > 1 and re.search("[/.]", words[0]) else words[0]
        if found[1] == name or found[2] == str(number):
            return module
    return None


def find_images(verdict, find):
    """Looks for every image; answers what to judge in place of those that are not there."""
    entry = verdict.entry
    for line in filter(None, [entry.hypervisor, *entry.modules]):
        found = find(line.path)
        if found:
            verdict.files[line.path] = found
        else:
            verdict.errors.append((line.file, line.line, f"{line.path}: no such image beside {entry.file}, in "
                                   "--images or among the samples"))


def hypervisor_range(verdict):
    """Where the hypervisor lies: the kit's own stands in for one that is not there, or not one."""
    line, kit = verdict.entry.hypervisor, kit_paths().hypervisor
    if not kit.is_file():
        raise Refused(f"{kit}: not there; `make` builds it")
    path = verdict.files.get(line.path, kit)
    found = image_range(path)
    if not found:
        verdict.errors.append((line.file, line.line, f"{line.path}: expected the hypervisor's image, an ELF32 file"))
    elif path.read_bytes() != kit.read_bytes():
        verdict.said.append(f"note: {path} is not this kit's {kit.name}, by whose rules it is judged")
    return found or image_range(kit)


def describe(verdict, memory):
    entry = verdict.entry
    things = ["image %d %d" % hypervisor_range(verdict), *("range %d %d" % range_ for range_ in memory_ranges(memory)),
              f"line {entry.hypervisor.words}"]
    for module in entry.modules:
        things += [f"module {verdict.files.get(module.path, '/dev/null')}", f"words {module.words}"]
    return "".join(thing.replace("\n", " ") + "\n" for thing in things)


def judge(entry, find, memory):
    verdict = Verdict(entry)
    if not entry.hypervisor:
        return verdict  # the menu's own problem
    find_images(verdict, find)
    description = describe(verdict, memory).encode("utf-8", "surrogateescape")
    try:
        done = subprocess.run([kit_paths().judge], input=description, capture_output=True, check=False)
    except FileNotFoundError:
        raise Refused(f"{kit_paths().judge}: not there; `make` builds it") from None
    lines = done.stdout.decode("utf-8", "surrogateescape").replace("\r", "").splitlines()
    if done.returncode == 2:
        verdict.errors.append((entry.file, entry.line, done.stderr.decode().strip()))
    elif done.returncode not in (0, 1):
        raise Refused(f"{kit_paths().judge} ended with status {done.returncode}: {done.stderr.decode()}")
    for line in lines:
        if line.startswith("Belfry: error: "):
            add_error(verdict, line.removeprefix("Belfry: error: "))
        elif line.startswith("{") and not verdict.errors:
            verdict.facts = json.loads(line)
        elif not line.startswith("{"):
            verdict.said.append(line)
    return verdict


def add_error(verdict, text):
    entry = verdict.entry
    module = own_module(entry.modules, text)
    if module and ": image: " in text and module.path not in verdict.files:
        return  # said already: it is not there
    at = module or entry.hypervisor
    verdict.errors.append((at.file, at.line, text))


def judge_menu(path, images=(), memory="1G", ident=None, every=False):
    """Reads a menu and judges its chosen system, or every one. Answers the menu, and verdicts."""
    path = pathlib.Path(path)
    if not path.is_file():
        raise Refused(f"{path}: no such file")
    find, amount = Finder(path, images), memory_size(memory)
    menu = cfg.Menu(path, find)
    chosen = menu.choose(ident)
    if ident and not chosen:
        raise Refused(f"{ident}: no entry of {path}, which has: {', '.join(entry.name for entry in menu.entries)}")
    if not menu.entries and not menu.problems:
        menu.problems.append((path, 1, "no system: expected an entry with multiboot and module"))
    entries = menu.entries if every and not ident else [chosen] if chosen else []
    return menu, [judge(entry, find, amount) for entry in entries]


def all_errors(menu, verdicts):
    """Every error, as a line: the menu's, then each system's; what several systems share is said once."""
    errors = menu.problems + [error for verdict in verdicts for error in verdict.errors]
    return [f"{file}:{line}: {text}" for file, line, text in dict.fromkeys(errors)]
