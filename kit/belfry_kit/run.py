# SPDX-License-Identifier: BSD-2-Clause
"""A system in QEMU on this terminal. QEMU is the loader: it needs no ISO."""
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile

from belfry_kit.judge import image_range
from belfry_kit.paths import Refused, kit_paths

# QEMU's exit status is twice what Belfry writes to port 0xF4, plus one (docs/ABI.md); 0: somebody left.
SAYS = {33: "Belfry found an error in a command line; it is named above",
        37: "a partition did not exit with 0; the summary is above", 39: "Belfry stopped; why is said above"}
GOOD = (0, 35)
TCG = ["-accel", "tcg"]


def kvm_works(cpu):
    """A machine that may not run: whether KVM takes this CPU is known only when it is tried."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    try:
        tried = subprocess.run(["qemu-system-x86_64", "-cpu", cpu, "-accel", "kvm", "-S", "-nodefaults", "-display", "none",
                                "-monitor", "stdio"], input=b"quit\n", capture_output=True, timeout=10, check=False)
    except subprocess.TimeoutExpired:
        return False
    return tried.returncode == 0


def link(folder, name, file):
    """A name without spaces and commas, which QEMU would take for its own."""
    (folder / name).symlink_to(pathlib.Path(file).resolve())
    return str(folder / name)


def serial(console):
    """The first serial port: on this terminal, with QEMU's monitor; or at a socket, for one client after another, and what
    it says on this terminal as well."""
    if console is None:
        return ["-serial", "mon:stdio"]
    path = str(console).replace(",", ",,")
    return ["-chardev", f"socket,id=console,path={path},server=on,wait=off,logfile=/dev/stdout,logappend=on",
            "-serial", "chardev:console", "-monitor", "none"]


def symbols(image):
    """A hypervisor's image has them beside it; a copy of the kit's own, where that has them."""
    own = kit_paths().hypervisor
    places = [image.with_suffix(".debug")] + [own.with_suffix(".debug")] * (image.read_bytes() == own.read_bytes())
    found = next((place for place in places if place.is_file()), None)
    if not found:
        raise Refused(f"{image}: no symbols for gdb: expected them in {places[0]}")
    return found


def debugger(verdict, stub):
    """What connects gdb to a QEMU that waits at the Unix socket `stub`."""
    image = verdict.files[verdict.entry.hypervisor.path]
    return ["gdb", "-x", str(kit_paths().gdb), "-ex", f"belfry connect {stub}", str(symbols(image))]


def command(verdict, folder, memory, console, options):
    entry = verdict.entry
    modules = [f"{link(folder, f'{n}.elf', verdict.files[module.path])} {module.words}".replace(",", ",,")
               for n, module in enumerate(entry.modules, 1)]
    words = ["qemu-system-x86_64", "-machine", "pc", "-cpu", "max", "-m", memory, "-no-reboot", "-nic", "none", "-display",
             "none", "-device", "isa-debug-exit,iobase=0xf4,iosize=4", *serial(console),
             "-kernel", link(folder, "belfry.elf", verdict.files[entry.hypervisor.path]),
             "-append", entry.hypervisor.words]
    words += ["-initrd", ",".join(modules)] if modules else []
    if not {"-accel", "-icount"} & set(options):
        words += ["-accel", "kvm" if kvm_works("max") else "tcg"]
    return words + options


def boot(verdict, memory, console, gdb, options):
    """Answers what was wrong in the end, or None. Where `gdb`, it waits for one first."""
    if not shutil.which("qemu-system-x86_64"):
        raise Refused("qemu-system-x86_64 is not there: Debian's package is qemu-system-x86")
    for line in [verdict.entry.hypervisor, *verdict.entry.modules]:
        if line.path not in verdict.files:
            raise Refused(f"{line.path}: no such image")
    if not image_range(verdict.files[verdict.entry.hypervisor.path]):
        raise Refused(f"{verdict.entry.hypervisor.path}: not the hypervisor's image")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # with QEMU, and the folder
    with tempfile.TemporaryDirectory(prefix="belfry-", dir="/tmp") as folder:  # its path has no comma, as TMPDIR might
        if gdb:
            stub = f"{folder}/gdb"
            print(f"QEMU waits for gdb. In another terminal:\n    {shlex.join(debugger(verdict, stub))}", flush=True)
            # Not KVM: there all breakpoints of `belfry break` would be the four of the CPU.
            options = ["-S", "-gdb", f"unix:{stub},server=on,wait=off", *([] if "-accel" in options else TCG), *options]
        status = subprocess.run(command(verdict, pathlib.Path(folder), memory, console, options), check=False).returncode
    return None if status in GOOD else SAYS.get(status, f"QEMU ended with status {status}")
