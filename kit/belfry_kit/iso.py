# SPDX-License-Identifier: BSD-2-Clause
"""A bootable ISO of a menu: the file itself, as GRUB's, with all images at the paths that it names."""
import pathlib
import shutil
import subprocess
import tempfile

from belfry_kit.paths import Refused


def put(root, path, file):
    target = root / path.lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)


def write(menu, verdicts, output):
    if not shutil.which("grub-mkrescue"):
        raise Refused("grub-mkrescue is not there: Debian's packages are grub-common, grub-pc-bin, grub-efi-amd64-bin, "
                      "xorriso and mtools")
    with tempfile.TemporaryDirectory(prefix="belfry-") as folder:
        root = pathlib.Path(folder) / "iso"
        put(root, "boot/grub/grub.cfg", menu.path)
        for path, file in [*menu.sourced.items(), *(item for verdict in verdicts for item in verdict.files.items())]:
            put(root, path, file)
        made = subprocess.run(["grub-mkrescue", "-o", output, root], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False)
    if made.returncode != 0:
        raise Refused(f"grub-mkrescue failed:\n{made.stdout}")
