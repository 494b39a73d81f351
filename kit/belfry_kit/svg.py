# SPDX-License-Identifier: BSD-2-Clause
"""A picture of a system: its frame and its memory map."""
from xml.sax.saxutils import escape

from belfry_kit import report, waits

WIDTH, LEFT, ROW = 900, 20, 20
COLOURS = ["#4c78a8", "#f58518", "#54a24b", "#b279a2", "#e45756", "#72b7b2", "#9d755d", "#eeca3b"]


class Picture:
    def __init__(self):
        self.parts, self.y = [], 0

    def text(self, x, text, bold=False):
        weight = ' font-weight="bold"' if bold else ""
        self.parts.append(f'<text x="{x:.1f}" y="{self.y + 14}"{weight}>{escape(text)}</text>')

    def bar(self, x, width, colour, title):
        self.parts.append(f'<rect x="{x:.1f}" y="{self.y}" width="{max(width, 1):.1f}" height="{ROW - 2}" fill="{colour}">'
                          f"<title>{escape(title)}</title></rect>")

    def heading(self, text):
        self.y += ROW
        self.text(LEFT, text, bold=True)
        self.y += ROW + 4

    def svg(self):
        return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{self.y + ROW}" '
                f'font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n'
                + "\n".join(self.parts) + "\n</svg>\n")


def colours(facts):
    return {partition["name"]: COLOURS[n % len(COLOURS)] for n, partition in enumerate(facts["partitions"])}


def draw_frame(picture, facts):
    windows = waits.frame(facts)
    total = sum(ticks for _, _, ticks in windows)
    picture.heading(f"Frame: {total} ticks, {report.time_text(total * waits.tick_seconds(facts))}" if windows
                    else f"No frame: round robin, {facts['quantum']} ticks each")
    scale = (WIDTH - 2 * LEFT) / max(total, 1)
    for name, start, ticks in windows:
        x = LEFT + start * scale
        picture.bar(x, ticks * scale - 1, colours(facts)[name], f"{name}: {ticks} ticks from tick {start}")
    picture.y += ROW if windows else 0
    for name, start, ticks in windows:  # below their windows, each on a line of its own
        picture.text(min(LEFT + start * scale, WIDTH - 200), f"{name}: {ticks} from {start}")
        picture.y += ROW


def draw_memory(picture, facts):
    regions = report.regions(facts)
    first, last = regions[0][0], regions[-1][1]
    scale, left = (WIDTH - 420 - LEFT) / (last - first), 420
    picture.heading(f"Physical memory in use, {first:#x} to {last:#x}")
    for start, end, what in regions:
        picture.text(LEFT, f"{start:#011x}  {report.size_text(end - start)}")
        picture.text(LEFT + 190, what)
        colour = colours(facts).get(what.partition(":")[0], "#777777")
        picture.bar(left + (start - first) * scale, (end - start) * scale, colour, what)
        picture.y += ROW


def draw(verdict):
    picture = Picture()
    picture.heading(report.title(verdict.entry))
    draw_frame(picture, verdict.facts)
    draw_memory(picture, verdict.facts)
    return picture.svg()
