# SPDX-License-Identifier: BSD-2-Clause
"""Where the kit's parts are: in the source tree and its build folder, or under the PREFIX of an installation."""
import collections
import functools
import os
import pathlib

Paths = collections.namedtuple("Paths", "judge hypervisor samples templates gdb include library linker_script")


class Refused(Exception):
    """What the user asked for can't be; the text says why."""


@functools.cache
def kit_paths():
    share = pathlib.Path(__file__).resolve().parent.parent
    if share.name == "belfry" and share.parent.name == "share":
        prefix = share.parent.parent
        return Paths(prefix / "libexec/belfry/belfry-judge", prefix / "lib/belfry/belfry.elf",
                     prefix / "lib/belfry/samples", share / "templates", share / "gdb/belfry.py",
                     prefix / "include", prefix / "lib/libbelfry.a", prefix / "lib/belfry/guest.ld")
    root = share.parent
    build = pathlib.Path(os.environ.get("BELFRY_BUILD", root / "build")).resolve()
    return Paths(build / "kit/belfry-judge", build / "belfry.elf", build / "guests", share / "templates",
                 share / "gdb/belfry.py", root / "guest-api/include", build / "libbelfry.a", root / "linker/guest.ld")
