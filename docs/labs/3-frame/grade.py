# SPDX-License-Identifier: BSD-2-Clause
"""Lab 3: the frame as `belfry check` reads it, and the same frame in a boot, where loads measure."""
import lab

# For each partition: its arguments, and for how many ticks a tick may wait until it is told.
LOADS = {"valve": ("period=10 work=800 deadline=8", 7), "pump": ("period=20 work=3500 deadline=20", 8),
         "camera": ("period=40 work=13000 deadline=40", 10)}
STRANGER, SHARE, TICKS = "stranger", 10, 1000


def grade(sheet):
    load = sheet.build_own(lab.HERE / "3-frame/load.c")
    system = sheet.judge()
    windows = {partition["name"]: partition["window"] for partition in system["partitions"]}
    names = sorted([*LOADS, STRANGER])
    sheet.need(f"its partitions are {', '.join(names)}, and each has a window",
               sorted(windows) == names and all(windows.values()), f"found windows {windows}")
    sheet.need("ticks are as they were, 1000 in a second", system["hz"] == 1000, f"found hz={system['hz']}")

    waits = {wait["partition"]: wait["ticks"] for wait in system["waits"] if wait["line"] == 0}
    for name, (_, most) in LOADS.items():
        found = waits.get(name)
        sheet.look(f"{name} waits for a tick {most} ticks at most", found is not None and found <= most,
                   f"found {found}, by `belfry check`")
    frame = sum(windows.values())
    sheet.look(f"{STRANGER} has {SHARE} % of the frame or more", windows[STRANGER] * 100 >= frame * SHARE,
               f"found {windows[STRANGER]} of {frame} ticks")

    args = {name: f" -- {words} ticks={TICKS}" for name, (words, _) in LOADS.items()}
    boot = sheet.boot([f"{load} {name} line=0 window={ticks}{args.get(name, f' -- ticks={TICKS}')}"
                       for name, ticks in windows.items()])
    for name in LOADS:
        jobs, late, longest, _ = lab.numbers(boot.said(name), "# jobs, # late, the longest took between # and # ticks")
        otherwise = f"{late} of {jobs} were late; the longest took {longest} ticks and more" if jobs else boot.end(name)["how"]
        sheet.look(f"{name} does every job in time", late == 0, otherwise)
