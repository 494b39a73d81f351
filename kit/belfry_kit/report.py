# SPDX-License-Identifier: BSD-2-Clause
"""A system that starts, shown: as tables, and as data for other tools."""
from belfry_kit import trace, waits


def table(head, rows, indent="  "):
    """Columns as wide as they need; the last is not filled."""
    rows = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    widths[-1] = 0
    return [indent + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def size_text(size):
    for unit, shift in (("G", 30), ("M", 20), ("K", 10)):
        if size and size % (1 << shift) == 0:
            return f"{size >> shift}{unit}"
    return f"{size} B"


def time_text(seconds):
    return f"{seconds:.3g} s" if seconds >= 1 else f"{seconds * 1e3:.4g} ms"


def regions(facts):
    """The memory map: (start, end, what), in order; without the firmware's."""
    found = [(*facts["hypervisor"], "hypervisor")]
    for partition in facts["partitions"]:
        for key, what in (("image", "image"), ("memory", "memory"), ("tables", "page tables")):
            found.append((*partition[key], f"{partition['name']}: {what}"))
    return sorted(found)


def runs(numbers):
    """Ascending numbers as text, those in a row as first-last."""
    found = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return [str(first) if first == last else f"{first}-{last}" for first, last in found]


def grants(partition):
    lines = [f"line {vector - 32}" for vector in partition["vectors"] if vector in waits.LINES]
    vectors = [f"vector {run}" for run in runs(partition["vectors"][len(lines):])]
    ports = [f"ports {first:#x}-{last:#x}" for first, last in partition["ports"]]
    words = [word for word in ("system", "console") if partition[word]]
    return ", ".join(lines + vectors + ports + words) or "nothing"


def partition_rows(facts):
    for partition in facts["partitions"]:
        fault = partition["fault"]
        yield (partition["name"], size_text(partition["mem"]), partition["window"] or "-",
               f"restart, {partition['restarts']} times" if fault == "restart" else fault, grants(partition))


def frame_rows(facts):
    for name, start, ticks in waits.frame(facts):
        yield name, start, ticks, time_text(ticks * waits.tick_seconds(facts))


def wait_text(wait):
    if wait["ticks"] is None:
        return waits.NO_BOUND
    text = f"{wait['ticks']} ticks, {time_text(wait['seconds'])}" if wait["ticks"] else "at once"
    if wait["ticks_after_yield"] == wait["ticks"]:
        return text
    return f"{text}; {wait['ticks_after_yield']} where it yields"


def wait_rows(facts):
    """A row for each partition's vectors that wait alike."""
    alike = {}
    for wait in waits.waits(facts):
        kind = "line" if wait["line"] is not None else "vector"
        alike.setdefault((wait["partition"], kind, wait_text(wait)), []).append(wait["vector"])
    for (partition, kind, text), vectors in alike.items():
        numbers = runs(vector - 32 if kind == "line" else vector for vector in vectors)
        yield partition, f"{kind} {', '.join(numbers)}", text


def title(entry):
    return entry.title + (f" ({entry.id})" if entry.id else "")


def show(verdict):
    """A system's tables, as lines."""
    facts, entry = verdict.facts, verdict.entry
    total = sum(ticks for _, _, ticks in waits.frame(facts))
    tick = waits.tick_seconds(facts)
    lines = [f"{entry.file}:{entry.line}: {title(entry)}: starts",
             *(f"  {said}" for said in verdict.said if said.startswith("note: ")),
             f"  a tick is {time_text(tick)} (hz={facts['hz']}), quantum={facts['quantum']}, burst={facts['burst']}, "
             f"console on COM{facts['com']}, exit={facts['exit']}", ""]
    lines += table(("partition", "memory", "window", "fault", "may use"), partition_rows(facts)) + [""]
    lines += table(("first byte", "last byte", "physical memory"),
                   ((f"{start:#011x}", f"{end - 1:#011x}", what) for start, end, what in regions(facts))) + [""]
    if total:
        lines += [f"  The frame, {total} ticks, {time_text(total * tick)}:"]
        lines += table(("partition", "from tick", "ticks", "time"), frame_rows(facts)) + [""]
    rows = list(wait_rows(facts))
    if rows:
        lines += table(("partition", "of", "an occurrence waits at most"), rows)
        lines += [f"  and up to {waits.OWN_PATHS:,} instructions of the hypervisor's own, and other lines' interrupts.", ""]
    return lines


def data(menu, verdicts, errors):
    """All of it."""
    systems = []
    for verdict in verdicts:
        entry, facts = verdict.entry, verdict.facts
        system = {"file": str(entry.file), "line": entry.line, "title": entry.title, "id": entry.id,
                  "starts": facts is not None}
        if facts:
            for partition, module in zip(facts["partitions"], entry.modules):
                partition["file"], partition["line"] = str(module.file), module.line
                partition["path"], partition["host_path"] = module.path, str(verdict.files[module.path])
            windows = [{"partition": name, "start": start, "ticks": ticks}
                       for name, start, ticks in waits.frame(facts)]
            system |= facts | {"tick_seconds": waits.tick_seconds(facts), "frame": windows,
                               "waits": waits.waits(facts)}
        systems.append(system)
    return {"file": str(menu.path), "errors": errors, "systems": systems}


def show_trace(found):
    """What a trace comes to: for each vector what its counters went up by, and how long a raise waited for its upcall."""
    yield (f"{len(found.records)} records in {time_text(found.seconds(found.end))}; {found.overwritten} before them were "
           "overwritten")
    rows = []
    for (vcpu, vector), of in trace.totals(found).items():
        longest = [f"{wait(of['waits']) / found.hz * 1e6:.1f}" if of["waits"] else "-" for wait in (min, max)]
        rows.append((found.names[vcpu], vector, of["raised"], of["acknowledged"], of["upcalls"], *longest))
    yield from table(("partition", "vector", "raised", "acknowledged", "upcalls", "shortest wait, µs", "longest"), rows)
