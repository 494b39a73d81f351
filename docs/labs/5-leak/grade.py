# SPDX-License-Identifier: BSD-2-Clause
"""Lab 5: the spy against the tree with the bug planted, then against the same tree repaired, where all else must work."""
import lab

PLANTED = lab.HERE / "5-leak/bug.patch"
MAY_CHANGE = ("hv/", "arch/", "boot/", "include/")
# What no neighbour has a right to, whatever the bug; and what a spy may ask for.
FORBIDDEN = ("ports", "system", "console")
MEMORY = "2G"
OTHERS = ["numbers", "statuses", "mask", "stats", "start", "upcall", "return", "secrets"]


def spy_line(partition):
    words = [f"mem={partition['mem'] >> 10}K", f"fault={partition['fault']}", f"restarts={partition['restarts']}"]
    words += [f"window={partition['window']}"] if partition["window"] else []
    words += [f"line={vector - 32}" if vector < 48 else f"vector={vector}" for vector in partition["vectors"]]
    return " ".join(words) + (f" -- {partition['args']}" if partition["args"] else "")


def modules_of(sheet, spy, keeper, secret):
    """The system's lines, in its order: the spy's as it is handed in, the keeper's with a secret that is drawn."""
    partitions = sheet.judge(MEMORY)["partitions"]
    names = sorted(partition["name"] for partition in partitions)
    sheet.need("its partitions are keeper and spy", names == ["keeper", "spy"], f"found {names}")
    asked = next(partition for partition in partitions if partition["name"] == "spy")
    more = [word for word in FORBIDDEN if asked[word]]
    sheet.need("the spy has no ports, and is granted neither system nor console", not more, f"found {', '.join(more)}")
    lines = {"spy": f"{spy} spy {spy_line(asked)}", "keeper": f"{keeper} keeper line=0 -- secret={secret}"}
    return [lines[partition["name"]] for partition in partitions]


def told(boot, secret):
    return any(f"the secret is {secret}" in line for line in boot.said("spy"))


def look_at_rest(sheet, tree):
    """What worked must work: all memory is the guest's own, up to the largest; and guests of the self-test."""
    walk = sheet.build_own(lab.HERE / "5-leak/walk.c", tree)
    boot = sheet.boot([f"{walk} walk line=0 mem=1G", f"{walk} talk line=0 mem=2052K -- talk=50"], tree=tree,
                      memory=MEMORY)
    pages = (1 << 18) + 1
    expected = [f"page {n}" for power in range(9, 19) for n in range(1 << power, min((1 << power) + 64, pages))]
    said = boot.said("walk")
    differs = next((pair for pair in zip(said, expected) if pair[0] != pair[1]), (f"{len(said)} lines", len(expected)))
    sheet.look("a guest of 1 GiB, another beside it, writes from all over its memory what it has there", said == expected,
               f"found {differs[0]}, expected {differs[1]}")
    sheet.look_at_selftest(tree, OTHERS)


def grade(sheet):
    spy, keeper = sheet.build_answer("spy.c"), sheet.build_own(lab.HERE / "5-leak/keeper.c")
    secret = sheet.draw.randrange(10**12, 10**15)
    modules = modules_of(sheet, spy, keeper, secret)
    tree = sheet.copy("tree")
    sheet.plant(tree, PLANTED)
    boot = sheet.boot(modules, tree=tree, memory=MEMORY)
    sheet.look("with the bug, the spy says what the keeper's secret is", told(boot, secret),
               f"it did not, and ended so: {boot.end('spy')['how']}")

    sheet.patch(tree, "fix.patch", MAY_CHANGE)
    sheet.make(tree, "the repaired Belfry", OTHERS)
    boot = sheet.boot(modules, tree=tree, memory=MEMORY)
    sheet.look("repaired, it does not", boot.said("keeper") and not told(boot, secret), "it did, or the keeper said nothing")
    look_at_rest(sheet, tree)
