# SPDX-License-Identifier: BSD-2-Clause
"""A trace as a timeline: a row for the interrupts and one for each vCPU."""
from xml.sax.saxutils import escape

from belfry_kit.svg import COLOURS
from belfry_kit.trace import FAULTS

WIDTH, LEFT, RIGHT, TOP, ROW = 900, 110, 20, 30, 44
ARROW = ('<marker id="arrow" markerWidth="6" markerHeight="6" refX="5" refY="3" orient="auto">'
         '<path d="M0,0 L6,3 L0,6 z" fill="#555555"/></marker>')

ARROWED = 'marker-end="url(#arrow)"'


def step(span):
    """Seconds between two marks of the axis: 1, 2 or 5 of a power of ten, some eight in all."""
    size = 10.0 ** -9
    while True:
        for factor in (1, 2, 5):
            if span / (factor * size) <= 9:
                return factor * size
        size *= 10


class Timeline:
    def __init__(self, trace, start, end):
        self.trace, self.start, self.end = trace, start, end
        self.rows = {n: TOP + ROW * (row + 1) for row, n in enumerate(trace.names)}
        self.parts = []

    def x(self, time):
        share = (self.trace.seconds(time) - self.start) / (self.end - self.start)
        return LEFT + min(max(share, 0), 1) * (WIDTH - LEFT - RIGHT)

    def shown(self, first, last):
        return self.trace.seconds(last) >= self.start and self.trace.seconds(first) <= self.end

    def bar(self, y, height, first, last, colour, title, opacity=1):
        if self.shown(first, last):
            x = self.x(first)
            self.parts.append(f'<rect x="{x:.2f}" y="{y}" width="{max(self.x(last) - x, 0.6):.2f}" height="{height}" '
                              f'fill="{colour}" fill-opacity="{opacity}"><title>{escape(title)}</title></rect>')

    def line(self, x1, y1, x2, y2, more=""):
        self.parts.append(f'<line x1="{x1:.2f}" y1="{y1}" x2="{x2:.2f}" y2="{y2}" stroke="#555555" stroke-width="0.8" {more}/>')

    def text(self, x, y, text, more=""):
        self.parts.append(f'<text x="{x:.1f}" y="{y}" {more}>{escape(text)}</text>')

    def colour(self, vcpu):
        return COLOURS[list(self.rows).index(vcpu) % len(COLOURS)]

    def draw_axis(self, bottom):
        marks = step(self.end - self.start)
        unit, scale = ("ms", 1e3) if marks >= 1e-4 else ("µs", 1e6)
        for n in range(int(self.start / marks), int(self.end / marks) + 1):
            if n * marks >= self.start:
                x = LEFT + (n * marks - self.start) / (self.end - self.start) * (WIDTH - LEFT - RIGHT)
                self.parts.append(f'<line x1="{x:.2f}" y1="{TOP}" x2="{x:.2f}" y2="{bottom}" stroke="#dddddd"/>')
                self.text(x, bottom + 16, f"{n * marks * scale:.6g}", 'text-anchor="middle"')
        self.text(WIDTH - RIGHT, bottom + 41, unit, 'text-anchor="end"')

    def draw_legend(self, bottom):
        x, y = LEFT, bottom + 30
        for width, height, opacity, what in ((22, 14, 0.25, "runs"), (4, 14, 1, "an upcall"), (22, 4, 0.5, "its window")):
            self.parts.append(f'<rect x="{x}" y="{y + 7 - height / 2}" width="{width}" height="{height}" fill="{COLOURS[0]}" '
                              f'fill-opacity="{opacity}"/>')
            self.text(x + width + 6, y + 11, what)
            x += width + 90
        self.line(x, y + 7, x + 26, y + 7, ARROWED)
        self.text(x + 34, y + 11, "from a raise to the upcall that tells of it")

    def draw_rows(self):
        self.text(LEFT - 10, TOP + 18, "interrupts", 'text-anchor="end"')
        for n, y in self.rows.items():
            self.text(LEFT - 10, y + 21, self.trace.names[n], 'text-anchor="end"')
        for run in self.trace.runs():
            if run.vcpu in self.rows:
                self.bar(self.rows[run.vcpu] + 6, 22, run.start, run.end, self.colour(run.vcpu),
                         f"{self.trace.names[run.vcpu]} runs", 0.25)
        for window in self.trace.windows():
            self.bar(self.rows[window.vcpu] + 30, 4, window.start, window.end, self.colour(window.vcpu),
                     f"window of {self.trace.names[window.vcpu]}", 0.5)

    def draw_interrupts(self):
        for record in self.trace.of("raise"):
            if self.shown(record.time, record.time):
                self.line(self.x(record.time), TOP + 6, self.x(record.time), TOP + 24)
        for upcall in self.trace.upcalls():
            y = self.rows[upcall.vcpu] + 6
            self.bar(y, 22, upcall.start, upcall.end, self.colour(upcall.vcpu), f"vector {upcall.vector}: {upcall.count}")
            for arrow in upcall.arrows:
                if self.shown(arrow.time, arrow.time) and self.shown(arrow.start, arrow.start):
                    self.line(self.x(arrow.time), TOP + 24, self.x(arrow.start), y, ARROWED)

    def draw_faults(self):
        for record in self.trace.of("fault"):
            if record.vcpu in self.rows and self.shown(record.time, record.time):
                self.text(self.x(record.time), self.rows[record.vcpu] + 40, f"× {FAULTS.get(record.vector, record.vector)}",
                          'text-anchor="middle" fill="#b00020"')

    def svg(self):
        bottom = TOP + ROW * (len(self.rows) + 1)
        self.draw_axis(bottom)
        self.draw_legend(bottom)
        self.draw_rows()
        self.draw_interrupts()
        self.draw_faults()
        height = bottom + 56
        return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif" '
                f'font-size="12">\n<defs>{ARROW}</defs>\n<rect width="100%" height="100%" fill="white"/>\n'
                + "\n".join(self.parts) + "\n</svg>\n")


def draw(trace, start=None, end=None):
    """From `start` to `end`, in seconds from the first record; all, where not given."""
    end = trace.seconds(trace.end) if end is None else end
    return Timeline(trace, start or 0, max(end, (start or 0) + 1e-9)).svg()
