# SPDX-License-Identifier: BSD-2-Clause
"""Every test guest's own system in Bochs, from an ISO of its own; tests/system/test_guests.py says what the keys are."""
import os
import shutil
import subprocess

import pytest

import bochs
import machine
import test_guests

GRUB_CFG = """serial --unit=0 --speed=115200
set timeout=0
menuentry {guest} {{
    multiboot /boot/belfry.elf exit=idle {hv}
{modules}}}
"""
# The ledger takes the TSC for nanoseconds. No other is as fast: Bochs's 8254 goes by whole microseconds, in
# which the times that the others compare with it would show.
IPS = {"ledger": 1_000_000_000}


def cases():
    """One for each guest. GRUB makes one space of several, so a line that has two together is left to QEMU."""
    for path in test_guests.SOURCES:
        keys = test_guests.header(path)
        if keys["system"] and not any("  " in line for line in keys["system"]):
            yield pytest.param(path.stem, keys, id=path.stem)


def make_iso(folder, guest, keys, lines):
    boot = folder / "iso/boot"
    (boot / "grub").mkdir(parents=True)
    shutil.copy(machine.BUILD / "belfry.elf", boot)
    modules = ""
    for line in lines:
        path, words = machine.module(line).replace(",,", ",").split(" ", 1)
        shutil.copy(path, boot)
        modules += f"    module /boot/{os.path.basename(path)} {words}\n"
    (boot / "grub/grub.cfg").write_text(GRUB_CFG.format(guest=guest, hv=" ".join(keys["hv"]), modules=modules))
    iso = folder / "guest.iso"
    subprocess.run(["grub-mkrescue", f"--install-modules={os.environ['ISO_MODULES']}", "--fonts=", "--locales=",
                    "--themes=", "-o", iso, folder / "iso"], check=True, capture_output=True)
    return iso


@pytest.mark.parametrize("guest, keys", cases())
def test_guest(tmp_path, guest, keys):
    lines, names = test_guests.system(guest, keys)
    iso = make_iso(tmp_path, guest, keys, lines)
    with bochs.Bochs(tmp_path, "corei7_icelake_u", iso=iso, ips=IPS.get(guest, bochs.IPS)) as booted:
        test_guests.judge(booted, names, keys)
