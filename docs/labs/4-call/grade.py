# SPDX-License-Identifier: BSD-2-Clause
"""Lab 4: the new call in a copy of the tree, asked from inside; what it costs; and what was there before."""
import shutil

import lab

MAY_CHANGE = ("hv/", "include/", "guest-api/include/", "docs/", "tests/guests/numbers.c")
COST = 100  # instructions
# Of the self-test, what has most to do with calls and the schedule.
OTHERS = ["numbers", "statuses", "mask", "wait", "upcall", "return", "stats", "order"]

# What is asked, the hypervisor's words, the guest's line, and the windows of those beside it, who have ended by then.
SYSTEMS = [
    ("in a window", "", "window=4 -- turn=4 away=7 window=1", (5, 2)),
    ("in a window, and told of every tick", "", "line=0 window=3 -- turn=3 away=4 window=1 told=1", (4,)),
    ("round robin", "quantum=5", "-- turn=5", ()),
    ("round robin beside windows of others", "quantum=6", "-- turn=6", (2, 3)),
    ("in a frame of 64 windows", "", "window=4 -- turn=4 away=63 window=1", (1,) * 63),
]


def look_at_call(sheet, tree):
    worst = 0
    for what, words, line, windows in SYSTEMS:
        beside = [f"{tree.build}/guests/hello.elf p{n} mem=128K window={ticks}" for n, ticks in enumerate(windows)]
        boot = sheet.boot([f"{tree.build}/guests/turn.elf turn {line}", *beside], words, tree)
        failed = boot.tap("turn")
        sheet.look(f"VCPU_TURN {what}", not failed, failed)
        cost, = lab.numbers(boot.said("turn"), "cost #")
        worst = max(worst, cost or 0)
    sheet.look(f"it costs {COST} instructions at most, in each of these", 0 < worst <= COST, f"found {worst or 'no figure'}")


def grade(sheet):
    tree = sheet.copy("tree")
    sheet.patch(tree, "answer.patch", MAY_CHANGE)
    shutil.copy(lab.HERE / "4-call/turn.c", tree.root / "tests/guests")
    sheet.make(tree, "Belfry with it", ["turn", "hello", *OTHERS])
    look_at_call(sheet, tree)
    sheet.look_at_selftest(tree, OTHERS)
