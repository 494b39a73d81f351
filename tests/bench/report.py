# SPDX-License-Identifier: BSD-2-Clause
"""What was measured, as tables: for the terminal, and in docs/performance.md."""
import json
import pathlib
import re

import rows
from machine import ROOT

DOCUMENT = ROOT / "docs/performance.md"
PEERS = json.loads((pathlib.Path(__file__).resolve().parent / "peers.json").read_text())
HEADS = {"ports": "ports", "cr3": "CR3", "fx": "FX", "ltr": "LTR", "wrmsr": "WRMSR"}


def number(value):
    return "" if value is None else f"{value:,}"


# ---- on the terminal --------------------------------------------------------------------------------


def line(title, *cells):
    return f"{title:66}" + "".join(f"{cell:>10}" for cell in cells)


def figure_line(row, figure):
    return line(row.title, number(figure["instructions"]), number(row.aim), number(figure.get("own")),
                *(number(figure.get(kind)) for kind in HEADS))


def bad_lines(bad, longest):
    yield line("longest path with interrupts off, by system")
    for name, figure in bad.items():
        yield line(f"    {name}", number(figure["instructions"]))
    yield f"    it is made of {longest['path']}"


def host_lines(host):
    """As ratios: an interrupt for one vCPU of one, by the core, is 1."""
    unit = host[0][2]
    yield line("on the host, in cycles: an interrupt by the core, by a scan", "core", "scan", "ratio")
    for vcpus, registered, core, scan in host:
        yield line(f"    {vcpus:.0f} vCPUs, {registered:.0f} registered", f"{core / unit:.1f}", f"{scan / unit:.1f}",
                   f"{scan / core:.1f}")


def terminal(result):
    figures, lines = result["figures"], result["lines"]
    parts = [
        [line("instructions, from the trap to its return", "measured", "aim", "guest's", *HEADS.values()),
         *(figure_line(row, figures[row.key]) for row in rows.ROWS)],
        [line("beside these", "measured", "", "", *HEADS.values()),
         *(figure_line(row, figures[row.key]) for row in rows.MORE)],
        bad_lines(result["bad"], figures["longest"]),
        [line("sizes", "measured", "aim"),
         *(line(row.title, number(result["sizes"][row.key]), number(row.aim)) for row in rows.SIZES)],
        [line("lines of code, without blanks and comments", number(sum(lines.values()))),
         *(line(f"    {folder}", number(count)) for folder, count in lines.items())],
        host_lines(result["host"]),
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


# ---- in docs/performance.md -----------------------------------------------------------------------------


def contents(figure):
    """What a count of instructions doesn't weigh, as `1 port, 2 FX`; and what the longest path is."""
    heads = {**HEADS, "ports": "port" if figure.get("ports") == 1 else "ports"}
    counts = [f"{figure[kind]} {head}" for kind, head in heads.items() if figure.get(kind)]
    return ", ".join(counts + [figure[key] for key in ("system", "path") if key in figure])


def figure_table(result):
    yield "| operation | instructions | aim | the guest's own | in it |"
    yield "|---|---|---|---|---|"
    for row in [*rows.ROWS, *rows.MORE]:
        figure = result["figures"][row.key]
        yield (f"| {row.title} | {number(figure['instructions'])} | {number(row.aim)} | {number(figure.get('own'))} "
               f"| {contents(figure)} |")


def peer_table(result):
    names = list(PEERS["systems"])
    yield f"| | Belfry | {' | '.join(PEERS['systems'].values())} |"
    yield "|---|---|" + "---|" * len(names)
    for entry in PEERS["rows"]:
        cells = " | ".join(number(entry.get(name)) or "–" for name in names)
        yield f"| {entry['title']} | {number(result['figures'][entry['key']]['instructions'])} | {cells} |"


def size_table(result):
    yield "| size | measured | aim |"
    yield "|---|---|---|"
    for row in rows.SIZES:
        yield f"| {row.title} | {number(result['sizes'][row.key])} | {number(row.aim)} |"


TABLES = {"peers": peer_table, "figures": figure_table, "sizes": size_table}


def document(text, result):
    """The page with its tables made anew."""
    def table(found):
        return "\n".join([found[1], *TABLES[found[2]](result), found[3]])
    return re.sub(r"(<!-- table: (\w+) -->)\n.*?(<!-- end -->)", table, text, flags=re.S)


def set_document(result):
    DOCUMENT.write_text(document(DOCUMENT.read_text(), result))
