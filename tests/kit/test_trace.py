# SPDX-License-Identifier: BSD-2-Clause
"""`belfry trace`: what it makes of a dump, against what was done and what the guests counted themselves."""
import json
import re
import xml.etree.ElementTree

import pytest

from belfry_kit import report, trace, trace_json, trace_svg
from belfry_kit.paths import Refused
from kit import BELFRY, ROOT, belfry, run
from machine import Machine
from test_monitor import Monitor
from verdict import said

HEAD = ["mon: > trace dump", "mon: trace begin: {made} records, {lost} overwritten, 1000000 TSC ticks in a second.",
        "mon: partition 0 mon.", "mon: partition 1 one."]
A, B = 1, 2  # as sets
HEALTH = (ROOT / "hv/health.c").read_text()

# Two raises told by one upcall, in which another vector's comes; a poll; a fault within an upcall; one that does not end.
RECORDS = [(100, "raise", B, 48, B), (110, "switch", A, 0, B), (120, "raise", B, 48, B), (130, "upcall", B, 48, 2),
           (140, "raise", B, 32, A | B), (150, "upcall", B, 32, 1), (160, "call", B, 0, 33), (161, "return", B, 32, 1),
           (170, "return", B, 48, 2), (180, "raise", B, 48, B), (181, "call", B, 0, 32), (182, "ack", B, 48, 1),
           (190, "window", B, 0, A), (200, "switch", B, 0, 0), (210, "switch", 0, 0, A), (215, "upcall", A, 32, 1),
           (220, "fault", A, 13, 0x400010), (230, "switch", A, 0, B), (240, "raise", B, 48, B), (250, "upcall", B, 48, 1),
           (300, "call", B, 0, 999)]


def lines(records=RECORDS, lost=0):
    head = "\r\n".join(HEAD).format(made=len(records) + lost, lost=lost)
    body = [f"mon: @{time:x} {kind} {vcpu:x} {vector} {value:x}." for time, kind, vcpu, vector, value in records]
    return [*head.split("\r\n"), *body, "mon: trace end.", "mon: > "]


def parse(text_lines):
    return trace.Trace("\n".join(text_lines), "log")


def test_upcalls():
    found = [(u.vcpu, u.vector, u.count, u.start, u.end, u.acknowledged, [a.time for a in u.arrows], u.open)
             for u in parse(lines()).upcalls()]
    assert found == [(1, 48, 2, 130, 170, 2, [100, 120], False), (1, 32, 1, 150, 161, 1, [140], False),
                     (0, 32, 1, 215, 220, 0, [140], False), (1, 48, 1, 250, 300, 0, [240], True)]


def test_whose_time():
    assert parse(lines()).runs() == [(1, 100, 110), (1, 110, 200), (None, 200, 210), (0, 210, 230), (1, 230, 300)]
    assert parse(lines()).windows() == [(0, 190, 300)]
    assert parse(lines([(1, "window", B, 0, A), (5, "window", A, 0, B), (9, "call", B, 0, 0)])).windows() == [(0, 1, 5), (1, 5, 9)]


def test_totals():
    found = trace.totals(parse(lines()))
    assert found[1, 48] == {"raised": 4, "acknowledged": 3, "upcalls": 2, "waits": [30, 10, 10]}
    assert found[1, 32] == {"raised": 1, "acknowledged": 1, "upcalls": 1, "waits": [10]}
    assert found[0, 32] == {"raised": 1, "acknowledged": 0, "upcalls": 1, "waits": [75]}


def test_an_upcall_that_is_left():
    """Where an inner upcall never returns, it ends with the one around it."""
    records = [(1, "upcall", B, 48, 1), (2, "upcall", B, 32, 1), (3, "return", B, 0, 0), (4, "return", B, 48, 1),
               (5, "return", B, 32, 0)]
    assert [(u.vector, u.end, u.acknowledged) for u in parse(lines(records)).upcalls()] == [(48, 4, 1), (32, 4, 0)]


def told(records):
    """Of each upcall the raises that it tells of."""
    return [[arrow.time for arrow in upcall.arrows] for upcall in parse(lines(records)).upcalls()]


def test_acknowledged_in_the_upcall():
    """That is what it told of: what came since another tells."""
    records = [(1, "raise", B, 48, B), (2, "raise", B, 48, B), (3, "upcall", B, 48, 2), (4, "raise", B, 48, B),
               (5, "ack", B, 48, 2), (6, "return", B, 48, 0), (7, "upcall", B, 48, 1)]
    assert told(records) == [[1, 2], [4]]
    assert told([*records[:4], (5, "ack", B, 48, 3), (6, "raise", B, 48, B), (7, "upcall", B, 48, 1)]) == [[1, 2], [6]]
    assert told([*records[:4], (5, "return", B, 48, 2), (6, "ack", B, 48, 1), (7, "raise", B, 48, B), (8, "upcall", B, 48, 1)]
                ) == [[1, 2], [7]]


@pytest.mark.parametrize("end", [("fault", B, 13, 0x400010), ("call", B, 0, 12), ("call", B, 0, 13)], ids=lambda end: end[0])
def test_a_life_ends(end):
    """With its upcalls, and what was raised for it; others' go on."""
    records = [(1, "upcall", A, 32, 1), (2, "upcall", B, 32, 1), (3, "raise", B, 48, A | B), (4, *end), (5, "upcall", B, 48, 1),
               (6, "return", B, 48, 1), (7, "upcall", A, 48, 1)]
    found = parse(lines(records)).upcalls()
    assert [(u.vcpu, u.start, u.end, u.open) for u in found] == [(0, 1, 7, True), (1, 2, 4, False), (1, 5, 6, False),
                                                                  (0, 7, 7, True)]
    assert told(records) == [[], [], [], [3]]


def test_discarded():
    """What was raised before the vector was registered again is gone: an upcall tells of as many as it counts, the newest."""
    assert told([(1, "raise", B, 48, B), (2, "raise", B, 48, B), (3, "upcall", B, 48, 1)]) == [[2]]


def test_among_others_lines():
    """A line in two pieces, and what others said between them, whatever they are called; the last dump counts."""
    text = lines()
    broken = text[8]
    text[8:9] = [broken[:14], "one: @1 raise 1 1 1.", "trace: trace end.", "trace: @1 raise 1 1 1.", "mon: " + broken[14:]]
    assert parse([*lines(RECORDS[:3]), *text]).records == parse(lines()).records


def test_any_bytes(tmp_path):
    """A log is a log, whatever a terminal caught; by a pipe, too."""
    (tmp_path / "log").write_bytes(b"\xff\xfe\x85\n" + "\r\n".join(lines()).encode() + b"\n\xff")
    shown = belfry("trace", tmp_path / "log")
    assert shown.startswith("21 records in 0.2 ms; 0 before them were overwritten\n"), shown
    assert run("sh", "-c", f"PYTHONIOENCODING=utf-8 {BELFRY} trace - <{tmp_path}/log") == shown


def test_table():
    rows = [row.split() for row in report.show_trace(parse(lines(lost=7)))]
    assert rows[0][:5] == ["21", "records", "in", "0.2", "ms;"] and rows[0][5:7] == ["7", "before"]
    assert rows[2:] == [["mon", "32", "1", "0", "1", "75.0", "75.0"], ["one", "32", "1", "1", "1", "10.0", "10.0"],
                        ["one", "48", "4", "3", "2", "10.0", "30.0"]]


def test_names():
    """The numbers of the interface, the words of the hypervisor's report."""
    abi = (ROOT / "guest-api/include/belfry/hv_abi.h").read_text()
    kinds = dict(re.findall(r"^#define HV_TRACE_(\w+) +(\d+) ", abi.partition("/* What happened")[2], re.M))
    assert kinds == {kind.upper(): str(n) for n, kind in enumerate(trace.KINDS, 1)}
    said_by_monitor = re.findall(r'\[HV_TRACE_(\w+)\] = "(\w+)"', (ROOT / "guest-api/samples/monitor/trace.c").read_text())
    assert sorted(said_by_monitor) == sorted((kind.upper(), kind) for kind in trace.KINDS)
    words = {int(n): name for n, name in re.findall(r'^ +\[(\d+)\] = "(#\w+)"', HEALTH, re.M)}
    assert 13 in trace.FAULTS and trace.FAULTS.items() <= {**words, 32: "bad frame", 33: "bad stack"}.items()


def test_nothing_was_told():
    """Neither of a vector nor of any."""
    rows = list(report.show_trace(parse(lines([(1, "raise", B, 48, B), (2, "raise", B, 32, B), (3, "upcall", B, 32, 1)]))))
    assert [row.split() for row in rows[2:]] == [["one", "32", "1", "0", "1", "1.0", "1.0"], ["one", "48", "1", "0", "0", "-", "-"]]
    assert len(list(report.show_trace(parse(lines([(1, "raise", B, 48, 0)]))))) == 2


def test_another_kind():
    """What only a later hypervisor records is passed over."""
    records = [*RECORDS, (301, "?", B, 1, 2)]
    assert trace.totals(parse(lines(records))) == trace.totals(parse(lines()))
    check_events(trace_json.data(parse(lines(records))))


@pytest.mark.parametrize("text, words", [
    (["mon: > "], "no dump of the trace"),
    (lines()[:-2], "has no end"),
    (lines([]), "is empty"),
    (lines()[:9] + lines()[10:], "damaged, or a part of it was read before: 20 records, expected 21"),
    ([lines()[0], "mon: trace begin: 1 records, 2 ov", *lines()[2:]], "damaged: trace begin: 1 records, 2 ovpartition 0 mon: expected"),
    ([line.replace(" 1000000 ", " 0 ") for line in lines()], "in a second: expected records, overwritten and TSC ticks"),
    ([line.replace("@64 ", "@6x ") for line in lines()], "20 records, expected 21"),
    ([line for line in lines() if "partition 1" not in line], "record 1, raise: of partition 1, expected one that the dump names"),
    (lines([(9, "raise", B, 48, B), (10, "raise", B, 48, 1 << 40)]), "record 2, raise: of partition 40, expected one"),
    (lines([(9, "raise", 0, 48, B), (10, "ack", 0, 48, 1)]), "record 2, ack: in nobody's time, expected a partition's"),
    (lines([(9, "window", B, 0, 0)]), "record 1, window: nobody's, expected a partition's"),
    (lines([(0x20, "raise", B, 48, B), (0x1f, "raise", B, 48, B)]), "record 2, raise: time 1f, expected 20 or later")])
def test_no_good_dump(tmp_path, text, words):
    (tmp_path / "log").write_text("\n".join(text))
    with pytest.raises(Refused, match=words):
        trace.read(tmp_path / "log")
    assert words in belfry("trace", tmp_path / "log", status=1)


# ---- Chrome's events ---------------------------------------------------------------------------

def track(event):
    return event["pid"], event["tid"]


def check_events(data):
    """Each track's slices lie one behind the other or one in the other; each arrow begins in a slice and ends in one. Answers
    the events by kind."""
    slices = {}
    for event in data["traceEvents"]:
        if event["ph"] == "X":
            assert event["dur"] >= 0
            slices.setdefault(track(event), []).append((event["ts"], event["ts"] + event["dur"]))
    for of_one in slices.values():
        open_ones = []
        for start, end in sorted(of_one, key=lambda slice_: (slice_[0], -slice_[1])):
            while open_ones and open_ones[-1] <= start + 1e-3:
                open_ones.pop()
            assert not open_ones or end <= open_ones[-1] + 1e-3
            open_ones.append(end)
    named = {track(event) for event in data["traceEvents"] if event["name"] == "thread_name"}
    begins = {event["id"]: event for event in data["traceEvents"] if event["ph"] == "s"}
    ends = {event["id"]: event for event in data["traceEvents"] if event["ph"] == "f"}
    assert begins.keys() == ends.keys() and set(slices) <= named
    for number, end in ends.items():
        begin = begins[number]
        assert begin["ts"] <= end["ts"] and begin["name"] == end["name"] and begin["cat"] == end["cat"]
        for event in (begin, end):
            assert any(start <= event["ts"] <= last for start, last in slices[track(event)]), event
    return slices, ends


def test_events():
    data = trace_json.data(parse(lines(lost=7)))
    slices, ends = check_events(data)
    assert slices[trace_json.VCPUS, 2] == [(30, 70), (50, 61), (150, 200)]
    assert slices[trace_json.MACHINE, trace_json.CPU] == [(0, 10), (10, 100), (110, 130), (130, 200)]
    assert slices[trace_json.MACHINE, trace_json.WINDOWS] == [(90, 200)]
    assert len(ends) == 5
    moments = [(event["name"], event["ts"]) for event in data["traceEvents"] if event["ph"] == "i"]
    assert moments == [("IRQ_RETURN", 60), ("IRQ_ACK", 81), ("acknowledged vector 48", 82), ("fault #GP", 120), ("call 999", 200)]
    assert data["otherData"] == {"records": 28, "overwritten": 7}


def test_fast_clock():
    """Where a TSC tick is no nanosecond, slices still lie in one another, and arrows begin in one."""
    text = "\n".join(lines([(7 * time, *rest) for time, *rest in RECORDS])).replace(" 1000000 TSC", " 3192747391 TSC")
    data = trace_json.data(trace.Trace(text, "log"))
    check_events(data)
    for event in data["traceEvents"]:
        if event["ph"] == "X":
            assert event["dur"] > 0 or track(event) != (trace_json.MACHINE, trace_json.INTERRUPTS), event
            for time in (event["ts"], event["dur"]):
                assert re.fullmatch(r"\d+\.\d{1,3}", str(time)), event


def events_of(kind):
    """The track, the name and the arguments of each."""
    return [(track(event), event["name"], event["args"]) for event in trace_json.data(parse(lines()))["traceEvents"] if
            event["ph"] == kind]


def test_what_events_say():
    machine, one, mon = trace_json.MACHINE, (trace_json.VCPUS, 2), (trace_json.VCPUS, 1)
    raises = (machine, trace_json.INTERRUPTS)
    both, only = {"partitions": ["mon", "one"]}, {"partitions": ["one"]}
    slices = events_of("X")
    assert [slice_ for slice_ in slices if slice_[0] == raises] == [
        (raises, "vector 48", only), (raises, "vector 48", only), (raises, "vector 32", both), (raises, "vector 48", only),
        (raises, "vector 48", only)]
    assert [slice_ for slice_ in slices if slice_[0] in (one, mon)] == [
        (one, "vector 48", {"count": 2, "acknowledged": 2}), (one, "vector 32", {"count": 1, "acknowledged": 1}),
        (mon, "vector 32", {"count": 1, "acknowledged": 0}), (one, "vector 48", {"count": 1, "acknowledged": 0})]
    assert [moment for moment in events_of("i") if moment[2]] == [
        (one, "acknowledged vector 48", {"count": 1}), (mon, "fault #GP", {"rip": "0x400010"})]
    named = [event for event in trace_json.data(parse(lines()))["traceEvents"] if event["ph"] == "M"]
    order = {track(event): event["args"]["sort_index"] for event in named if event["name"] == "thread_sort_index"}
    names = {track(event): event["args"]["name"] for event in named if event["name"] == "thread_name"}
    assert [names[of] for of in sorted(order, key=lambda of: (of[0], order[of]))] == [
        "CPU", "interrupts", "windows", "mon", "one"]


def test_arrows_end_in_the_upcall():
    """And not in what begins behind it, as they would without `bp`."""
    ends = [event for event in trace_json.data(parse(lines()))["traceEvents"] if event["ph"] == "f"]
    assert ends and all(event["bp"] == "e" for event in ends)


SVG = "{http://www.w3.org/2000/svg}"
WIDE = trace_svg.WIDTH - trace_svg.LEFT - trace_svg.RIGHT


def shares(element, *keys):
    """Where it is, as shares of what is drawn."""
    return [round((float(element.get(key)) - trace_svg.LEFT) / WIDE, 3) for key in keys]


def bars(root):
    """By row, from above, each with its title, and where it begins and ends."""
    found = {}
    for rect in root.iter(f"{SVG}rect"):
        if title := rect.findtext(f"{SVG}title"):
            begin, width = shares(rect, "x")[0], round(float(rect.get("width")) / WIDE, 3)
            row = (float(rect.get("y")) - trace_svg.TOP) // trace_svg.ROW
            found.setdefault(row, []).append((title, begin, round(begin + width, 3)))
    return found


def test_what_is_drawn():
    """Of 200 µs."""
    root = xml.etree.ElementTree.fromstring(trace_svg.draw(parse(lines())))
    assert bars(root) == {
        1: [("mon runs", 0.55, 0.65), ("window of mon", 0.45, 1), ("vector 32: 1", 0.575, 0.6)],
        2: [("one runs", 0, 0.05), ("one runs", 0.05, 0.5), ("one runs", 0.65, 1), ("vector 48: 2", 0.15, 0.35),
            ("vector 32: 1", 0.25, 0.305), ("vector 48: 1", 0.75, 1)]}
    arrows = [line for line in root.iter(f"{SVG}line") if line.get("marker-end")][1:]
    assert [shares(arrow, "x1", "x2") for arrow in arrows] == [[0, 0.15], [0.1, 0.15], [0.2, 0.25], [0.2, 0.575], [0.7, 0.75]]
    rows = [(float(arrow.get("y2")) - trace_svg.TOP) // trace_svg.ROW for arrow in arrows]
    assert rows == [2, 2, 2, 1, 2]
    texts = {text.text: text for text in root.iter(f"{SVG}text")}
    assert {"interrupts", "mon", "one", "µs"} <= texts.keys() and "ms" not in texts
    assert {name: shares(texts[name], "x")[0] for name in ("0", "50", "100", "150", "200", "× #GP")} == {
        "0": 0, "50": 0.25, "100": 0.5, "150": 0.75, "200": 1, "× #GP": 0.6}


def test_a_part_is_drawn():
    """Of what goes on at its ends, the part; ms where that is the unit."""
    root = xml.etree.ElementTree.fromstring(trace_svg.draw(parse(lines()), 40e-6, 60e-6))
    assert bars(root) == {2: [("one runs", 0, 1), ("vector 48: 2", 0, 1), ("vector 32: 1", 0.5, 1)]}
    root = xml.etree.ElementTree.fromstring(trace_svg.draw(parse(lines([(1000 * time, *rest) for time, *rest in RECORDS]))))
    texts = {text.text: text for text in root.iter(f"{SVG}text")}
    assert "ms" in texts and shares(texts["150"], "x") == [0.75]


def test_part_by_command(tmp_path):
    (tmp_path / "log").write_text("\n".join(lines()))
    assert belfry("trace", tmp_path / "log", "--svg", "-", "--ms", "0.04-0.06") == trace_svg.draw(parse(lines()), 4e-5, 6e-5)


def svg_arrows(text):
    root = xml.etree.ElementTree.fromstring(text)
    return sum(1 for line in root.iter("{http://www.w3.org/2000/svg}line") if line.get("marker-end")) - 1  # the legend's


def test_timeline():
    found = parse(lines())
    assert svg_arrows(trace_svg.draw(found)) == 5
    assert svg_arrows(trace_svg.draw(found, 0, 50e-6)) == 3
    assert svg_arrows(trace_svg.draw(parse(lines(RECORDS[:1])))) == 0


# ---- a system ------------------------------------------------------------------------------------

@pytest.fixture
def traced(tmp_path):
    """`clock` for a second of 100 ticks, from its start to its end: the console, the dump, and what clock said."""
    modules = ["monitor.elf monitor system console window=1", "clock.elf clock line=0 window=3 -- seconds=1"]
    with Machine(tmp_path, modules, hv="hz=100", icount=True) as booted:
        monitor = Monitor(booted)
        assert monitor.ask("stop clock") == ["clock: done"]
        while not any("stopped" in line for line in monitor.ask("partitions")):
            pass
        assert monitor.ask("trace on") == ["trace: done"]
        before = len(said(booted.log, "clock"))  # the life before may have come to its end, or not
        assert monitor.ask("start clock") == ["clock: done"]
        while len(said(booted.log, "clock")) == before:
            assert booted.process.poll() is None, booted.report()
        assert re.fullmatch(r"the trace is on: \d+ records, 0 overwritten", monitor.ask("trace")[0])
        dump = monitor.ask("trace dump")
        assert re.fullmatch(r"the trace is off: \d+ records, 0 overwritten", monitor.ask("trace")[0])
        yield booted.console, dump, said(booted.log, "clock")[before]


def test_a_real_dump(traced, tmp_path):
    console, dump, line = traced
    assert dump[0].startswith("trace begin: ") and dump[-1] == "trace end."
    shown = belfry("trace", console, "-o", tmp_path / "trace.json", "--svg", tmp_path / "trace.svg")
    found = trace.read(console)
    clock = trace.totals(found)[1, 32]
    ticks, upcalls = map(int, re.match(r"00:00:01  (\d+) ticks in (\d+) upcalls", line).groups())
    assert (clock["acknowledged"], clock["upcalls"]) == (ticks, upcalls), shown
    assert 0 <= clock["raised"] - clock["acknowledged"] <= 3, shown
    assert max(clock["waits"]) < 0.012 * found.hz, shown
    assert re.search(rf"^  clock +32 +{clock['raised']} +{ticks} +{upcalls} +\d+\.\d +\d+\.\d$", shown, re.M), shown
    _, ends = check_events(json.loads((tmp_path / "trace.json").read_text()))
    assert len(ends) == sum(len(of["waits"]) for of in trace.totals(found).values())
    assert svg_arrows((tmp_path / "trace.svg").read_text()) == len(ends)
    assert belfry("trace", console, "-o", "-") == (tmp_path / "trace.json").read_text()


def test_wrong_part(tmp_path):
    (tmp_path / "log").write_text("\n".join(lines()))
    for part in ("5-4", "x", "0-inf", "nan-nan", "1-nan", "-1-5"):
        assert "--ms" in belfry("trace", tmp_path / "log", "--svg", "-", f"--ms={part}", status=2)
    assert "--svg" in belfry("trace", tmp_path / "log", "--ms", "0-1", status=2)
