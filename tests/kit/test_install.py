# SPDX-License-Identifier: BSD-2-Clause
"""`make install` into an empty folder, guests built from what is there alone, `make uninstall`; the Debian package."""
import os
import pathlib
import re
import shlex

import pytest

from kit import BUILD, ROOT, TCG, belfry, make, run, write_system
from verdict import said

PREFIX = "/opt/belfry"


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def expected():
    """Every file of an installation, as the sources have them."""
    def under(folder, paths, at=ROOT):
        return {f"{folder}/{pathlib.Path(path).relative_to(at)}" for path in paths if pathlib.Path(path).is_file()}

    samples = ROOT / "guest-api/samples"
    built = [sample.name for sample in samples.iterdir() if (BUILD / f"guests/{sample.name}.elf").exists()]
    assert {"hello", "clock", "keyboard", "echo", "rogue"} <= set(built)
    return {"bin/belfry", "libexec/belfry/belfry-judge", "lib/libbelfry.a", "lib/pkgconfig/belfry-guest.pc",
            "lib/belfry/belfry.elf", "lib/belfry/belfry.debug", "lib/belfry/guest.ld", *(f"lib/belfry/samples/{name}.elf" for name in built),
            "include/belfry/hv_abi.inc", *under("include", (ROOT / "guest-api/include").rglob("*"), ROOT / "guest-api/include"),
            *under("share/belfry", (ROOT / "kit/belfry_kit").glob("*.py"), ROOT / "kit"),
            *under("share/belfry", (ROOT / "kit/gdb").glob("*.py"), ROOT / "kit"),
            *under("share/belfry", (ROOT / "kit/templates").rglob("*"), ROOT / "kit"),
            *under("share/belfry/samples", samples.rglob("*"), samples), "share/belfry/installed",
            "share/man/man1/belfry.1", "share/bash-completion/completions/belfry.bash",
            "share/doc/belfry/README.md", "share/doc/belfry/LICENSE", *under("share/doc/belfry", (ROOT / "docs").iterdir())}


@pytest.fixture(scope="module")
def destdir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("install") / "dest dir"
    make("install", f"DESTDIR={folder}", f"PREFIX={PREFIX}")
    return folder


@pytest.fixture
def prefix(destdir):
    return pathlib.Path(f"{destdir}{PREFIX}")


def test_what_is_installed(prefix):
    assert files(prefix) == expected()
    programs = {name for name in files(prefix) if os.access(prefix / name, os.X_OK)}
    assert programs == {"bin/belfry", "libexec/belfry/belfry-judge"}
    assert all((prefix / name).stat().st_mode & 0o444 == 0o444 for name in files(prefix))


MAKEFILE = """guest.elf: $(wildcard *.c)
	$(CC) -O2 -Wall -Wextra -Werror $(shell pkg-config --cflags belfry-guest) $^ $(shell pkg-config --libs belfry-guest) -o $@
"""


@pytest.mark.parametrize("compiler", ["gcc", "clang", "clang -fuse-ld=lld"])
def test_guest_out_of_tree(prefix, tmp_path, compiler):
    """pkg-config says all that is needed, and the installed kit boots what comes of it."""
    for source in (prefix / "share/belfry/samples/clock").iterdir():
        (tmp_path / source.name).write_bytes(source.read_bytes())
    (tmp_path / "Makefile").write_text(MAKEFILE)
    run("make", f"CC={compiler}", folder=tmp_path, PKG_CONFIG_PATH=str(prefix / "lib/pkgconfig"))
    system = write_system(tmp_path, ["guest.elf mine line=0 -- seconds=1", "hello.elf hello"])
    log = belfry("run", system, "--", *TCG, command=prefix / "bin/belfry").replace("\r", "").replace("\n", "\r\n")
    assert said(log, "hello") == ["Hello from partition 1, with 2048 KiB of memory."]
    assert re.fullmatch(r"00:00:01  1001 ticks in \d+ upcalls, at most \d+ in one", said(log, "mine")[0]), log


WITHOUT_SCRIPT = """
#include "belfry/hv.h"
#include "belfry/malloc.h"

static int made;

__attribute__((constructor)) static void make(void)
{
    made = 7;
}

int main(void)
{
    size_t size = hv_page()->mem_size - HV_STACK_SIZE - 64 * 1024;
    char *most = malloc(size);

    if (!most || malloc(64 * 1024))
        return 1;
    memset(most, 1, size);
    hv_printf("made: %d\\n", made);
    return 0;
}
"""


@pytest.mark.parametrize("linker", [["gcc", "-no-pie"], ["clang", "-fuse-ld=lld", "-Wl,--image-base=0x400000"]])
def test_without_linker_script(prefix, tmp_path, linker):
    """The library finds its heap and its constructors by what linkers say of themselves."""
    (tmp_path / "guest.c").write_text(WITHOUT_SCRIPT)
    words = shlex.split(run("pkg-config", "--cflags", "belfry-guest", PKG_CONFIG_PATH=str(prefix / "lib/pkgconfig")))
    run(*linker, "-O2", *words, "-static", "-nostdlib", "guest.c", prefix / "lib/libbelfry.a", "-o", "guest.elf", folder=tmp_path)
    log = belfry("run", write_system(tmp_path, ["guest.elf mine"]), "--", *TCG, command=prefix / "bin/belfry")
    assert "mine: made: 7\n" in log.replace("\r", ""), log


@pytest.mark.parametrize("compiler, standard", [("gcc", "c99"), ("clang", "c11"), ("g++", "c++11"), ("clang++", "c++20")])
def test_headers_beside_the_hosts(prefix, tmp_path, compiler, standard):
    """Who includes the host's headers too, by habit, gets no other declarations of the same."""
    file = tmp_path / ("x.cpp" if "++" in compiler else "x.c")
    headers = sorted(path.name for path in (prefix / "include/belfry").glob("*.h"))
    file.write_text("".join(f"#include {name}\n" for name in (
        "<assert.h>", "<stdlib.h>", "<string.h>", "<time.h>", *(f'"belfry/{header}"' for header in headers))))
    words = shlex.split(run("pkg-config", "--cflags", "belfry-guest", PKG_CONFIG_PATH=str(prefix / "lib/pkgconfig")))
    run(compiler, f"-std={standard}", "-Wall", "-Wextra", "-Werror", *words, "-fsyntax-only", file)


OTHERS = {
    "cxx": """main.cpp.elf: main.cpp
	$(CC) -O2 -Wall -Wextra -Werror -fno-exceptions -fno-rtti $(shell pkg-config --cflags belfry-guest) $^ \\
	    $(shell pkg-config --libs belfry-guest) -o $@
""",
    "asm": """main.asm.elf: main.asm
	nasm -f elf64 -I '$(shell pkg-config --variable=includedir belfry-guest)/belfry/' $< -o main.o
	$(CC) main.o $(shell pkg-config --libs belfry-guest) -o $@
""",
    "rust": """main.rs.elf: main.rs
	env -u MAKEFLAGS -u MFLAGS rustc --edition=2021 -D warnings --target x86_64-unknown-linux-gnu -C opt-level=s \\
	    -C panic=abort -C relocation-model=static -C target-feature=+crt-static -C linker=gcc \\
	    -C link-args="$(shell pkg-config --libs belfry-guest)" $< -o $@
"""}


@pytest.mark.parametrize("sample, compiler, line, says", [
    ("cxx", "g++", "line=0", "the counter ends at 2"), ("cxx", "clang++", "line=0", "the counter ends at 2"),
    ("cxx", "clang++ -fuse-ld=lld", "line=0", "the counter ends at 2"),
    ("asm", "gcc", "line=0 vector=48", "hundred 3"), ("rust", "gcc", "line=0", "100 ticks and more, counted in Rust"),
])
def test_other_languages_out_of_tree(prefix, tmp_path, sample, compiler, line, says):
    if sample == "rust" and not (BUILD / "guests/rust.elf").exists():
        pytest.skip("there was no rustc for x86_64-unknown-linux-gnu")
    source = next((prefix / "share/belfry/samples" / sample).iterdir())
    (tmp_path / source.name).write_bytes(source.read_bytes())
    (tmp_path / "Makefile").write_text(OTHERS[sample])
    # rustc divides link-args at spaces: it is told of a tree without one.
    (tmp_path / "tree").symlink_to(prefix)
    run("make", f"CC={compiler}", folder=tmp_path, PKG_CONFIG_PATH=str(tmp_path / "tree/lib/pkgconfig"))
    system = write_system(tmp_path, [f"{source.name}.elf mine {line}"])
    log = belfry("run", system, "--", *TCG, command=prefix / "bin/belfry")
    assert f"mine: {says}\n" in log.replace("\r", ""), log


def test_starts_by_pkg_config(prefix, tmp_path):
    """A start of `new` finds the installation by pkg-config alone, wherever the kit was that wrote it."""
    belfry("new", "guest", "mine", folder=tmp_path)
    text = (tmp_path / "mine/Makefile").read_text()
    (tmp_path / "mine/Makefile").write_text(text.replace(str(ROOT), "/nowhere").replace(str(BUILD), "/nowhere"))
    run("make", folder=tmp_path / "mine", PKG_CONFIG_PATH=str(prefix / "lib/pkgconfig"))
    assert (tmp_path / "mine/mine.elf").exists()


def test_uninstall(tmp_path):
    """What install made goes, also what an earlier version had put; what was there before, or came since, stays."""
    prefix = tmp_path / "usr"
    (prefix / "bin").mkdir(parents=True)
    (prefix / "include").mkdir()
    before = sorted(tmp_path.rglob("*"))
    words = f"DESTDIR={tmp_path}", "PREFIX=/usr"
    make("install", *words)
    old = prefix / "share/belfry/belfry_kit/old.py"
    old.write_text("")
    with open(prefix / "share/belfry/installed", "a") as installed:
        installed.write("/usr/share/belfry/belfry_kit/old.py\n")
    make("install", *words)
    assert not old.exists() and files(prefix) == expected()
    belfry("check", "--help", command=prefix / "bin/belfry", environment={"PYTHONDONTWRITEBYTECODE": ""})
    assert (prefix / "share/belfry/belfry_kit/__pycache__").exists()
    mine = prefix / "share/belfry/samples/mine.c"
    mine.write_text("")
    make("uninstall", *words)
    assert files(tmp_path) == {"usr/share/belfry/samples/mine.c"}
    mine.unlink()
    for folder in (mine.parent, *mine.parents[1:3]):
        folder.rmdir()
    assert sorted(tmp_path.rglob("*")) == before
    make("uninstall", *words)  # there is nothing to do, and nothing is wrong


def test_package(tmp_path):
    """The same files, under /usr, as Debian wants them; unpacked anywhere it checks a system."""
    make("deb")
    package = next(BUILD.glob("belfry_*_amd64.deb"))
    wanted = {f"usr/{name}" for name in expected()}
    wanted -= {"usr/share/belfry/installed", "usr/share/man/man1/belfry.1", "usr/share/doc/belfry/LICENSE"}
    wanted |= {"usr/share/man/man1/belfry.1.gz", "usr/share/doc/belfry/copyright"}
    listed = run("dpkg-deb", "--contents", package).splitlines()
    assert {line.split(" ./")[1] for line in listed if not line.startswith("d")} == wanted
    assert all(re.match(r"\S+ root/root ", line) for line in listed)

    control = run("dpkg-deb", "--field", package)
    version = re.search(r"^VERSION := (.*)$", (ROOT / "Makefile").read_text(), re.M)[1]
    for line in ("Package: belfry", f"Version: {version}", "Architecture: amd64"):
        assert re.search(f"^{line}\\b", control, re.M), control
    assert re.search(r"^Depends: .*python3\b.*grub-pc-bin\b.*xorriso\b.*mtools\b", control, re.M), control
    assert re.search(r"^Recommends: .*qemu-system-x86\b", control, re.M), control

    tree = tmp_path / "unpacked"
    run("dpkg-deb", "--raw-extract", package, tree)
    run("md5sum", "--check", "--quiet", "DEBIAN/md5sums", folder=tree)
    assert len((tree / "DEBIAN/md5sums").read_text().splitlines()) == len(wanted)
    system = write_system(tmp_path, ["hello.elf hello", "clock.elf clock line=0 windw=5"])
    said_of_it = belfry("check", system, command=tree / "usr/bin/belfry", status=1)
    assert re.search(r'system\.cfg:4: partition "clock": windw=5: expected one of ', said_of_it), said_of_it
    system.write_text(system.read_text().replace(" windw=5", ""))
    assert ": starts\n" in belfry("check", system, command=tree / "usr/bin/belfry")
