# SPDX-License-Identifier: BSD-2-Clause
"""The labs of docs/labs: what is given to begin with is refused for what it lacks, the solution is accepted, and wrong
answers are refused for what is wrong with them."""
import pathlib
import re
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
LABS = HERE.parents[1] / "docs/labs"
NAMES = {int(folder.name[0]): folder.name for folder in LABS.glob("[1-9]-*")}


def start_of(lab):
    return LABS / NAMES[lab] / "start"


def solution_of(lab):
    return HERE / NAMES[lab] / "solution"


def grade(lab, folder):
    """What is not met yet, in order, and all that was said."""
    command = [LABS / "grade", "--seed", "57", "--log", folder / "log", str(lab), folder]
    done = subprocess.run(["timeout", "-k", "5", "200", *command], text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    missing = re.findall("^not yet: (.*)$", done.stdout, re.M)
    assert done.returncode == (1 if missing else 0), done.stdout
    return missing, done.stdout


def refuse(lab, folder, *reasons):
    """It is refused for these reasons, and no others."""
    missing, said = grade(lab, folder)
    assert len(missing) == len(reasons) and all(map(re.search, reasons, missing)), said


@pytest.fixture
def answer(tmp_path):
    """answer(given, file, (old, new), …): a copy of a folder, with these changes in one of its files."""
    def copy(given, file=None, *changes):
        folder = pathlib.Path(shutil.copytree(given, tmp_path / "answer"))
        text = (folder / file).read_text() if file else None
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        if file:
            (folder / file).write_text(text)
        return folder
    return copy


@pytest.mark.parametrize("lab", NAMES)
def test_solution(answer, lab):
    missing, said = grade(lab, answer(solution_of(lab)))
    assert not missing and re.search(r"^(\d+) of \1 met$", said, re.M), said


# ---- 1: write a guest --------------------------------------------------------------------------------

def test_guest_start(answer):
    refuse(1, answer(start_of(1)), "status=.* that exit code: found exit code 0", "it says .*: found .'bytes 70, interrupts 0'.$")


@pytest.mark.parametrize("change, reasons", [
    # One upcall is taken for one tick, and then it takes longer.
    (("ticks += upcall->count", "ticks += upcall->count > 0"), ["T . I is what .* acknowledged"]),
    (("hv_call_vcpu_wait()", "hv_irq_enable()"), ["it waits and does not spin"]),
    # All at once: the line is held, and no interrupt comes for the rest. The one beside ends it.
    (("if (sent < bytes)", "while (sent < bytes)"), ["that exit code: found stopped by order", "it says .ticks T"]),
    (("int64_t discarded = hv_irq_unregister(HV_VECTOR_PIT);", "int64_t discarded = 1;"), ["D is what .* discarded"]),
    (('"ticks %lu', '"ticks: %lu'), ['it says "ticks T']),
    (("static uint64_t ticks;", "static int ticks;"), ["sender.c builds without a warning: .*error"]),
], ids=["upcall-is-tick", "spins", "all-at-once", "not-asked", "other-words", "warning"])
def test_guest_wrong(answer, change, reasons):
    refuse(1, answer(solution_of(1), "sender.c", change), *reasons)


# ---- 2: lose an interrupt ------------------------------------------------------------------------------

def test_lost_start(answer):
    refuse(2, answer(start_of(2)), *[f"where those of vector {n} were lost: it was not there, found ..$" for n in (32, 35, 48)],
           'it says "vector 32')


def test_lost_answer(answer):
    folder = answer(solution_of(2), "answer.txt", ("32 counted", "32 held"), ("48 acknowledged", "48 counted"))
    refuse(2, folder, "where those of vector 32 .*'held'", "where those of vector 48 .*'counted'")


@pytest.mark.parametrize("change, reasons", [
    (("ticks += upcall->count;", "ticks += upcall->count > 0;"), ["vector 32: what it counted is", "it acknowledged, of all", ]),
    (("    hv_printf(\"report", "    hv_irq_unregister(PULSE);\n    hv_irq_register(PULSE, on_pulse, NULL);\n    hv_printf(\"report"),
     ["vector 35: all that was raised", "vector 35: nothing was discarded", "it counted the pulses", "a record for every 10"]),
    (("    hv_call_irq_ack(RECORD, due);\n", ""),
     ["vector 48: what it counted is", "it acknowledged, of all", "a record for every 10"]),
    (("RECORDS_AT_ONCE = 2", "RECORDS_AT_ONCE = 9"), ["never more than 2 records"]),
], ids=["counted", "discarded", "acknowledged", "all-at-once"])
def test_lost_not_repaired(answer, change, reasons):
    refuse(2, answer(solution_of(2), "logger.c", change), *reasons)


# ---- 3: design a cyclic frame --------------------------------------------------------------------------

def windows(*ticks):
    names = ("valve", "pump", "camera", "stranger")
    return [(f"{name} line=0 window=5", f"{name} line=0 window={n}") for name, n in zip(names, ticks)]


def test_frame_start(answer):
    refuse(3, answer(start_of(3)), "valve waits .* 7 ticks at most: found 15", "pump waits .* found 15", "camera waits .* found 15",
           "valve does every job in time: 32 of 76 were late", "camera does every job in time")


def test_frame_other_solution(answer):
    missing, said = grade(3, answer(start_of(3), "system.cfg", *windows(2, 2, 4, 1)))
    assert not missing, said


@pytest.mark.parametrize("ticks, reasons", [
    # By the longest waits alone it is right.
    ((1, 1, 5, 1), ["pump does every job in time: 43 of 43"]),
    ((1, 2, 5, 1), ["valve waits .* found 8", "valve does every job in time: 10 of 76"]),
    ((4, 2, 4, 1), ["pump waits .* found 9", "stranger has 10 %", "pump does", "camera does"]),
])
def test_frame_wrong(answer, ticks, reasons):
    refuse(3, answer(start_of(3), "system.cfg", *windows(*ticks)), *reasons)


@pytest.mark.parametrize("change, reason", [
    (("window=5 -- period=10", "windw=5 -- period=10"), "finds nothing wrong: .*windw=5"),
    (("window=5 -- period=20", "-- period=20"), "each has a window: .*'pump': 0"),
    (("exit=idle", "exit=idle hz=2000"), "ticks are as they were.* hz=2000"),
], ids=["refused", "no-window", "hz"])
def test_frame_not_a_frame(answer, change, reason):
    refuse(3, answer(start_of(3), "system.cfg", change), reason)


# ---- 4: add a hypercall --------------------------------------------------------------------------------

SELFTEST = "of the self-test .* pass"


def test_call_start(answer):
    missing = "not ok . - 0: the answer is another after a tick; it is -7"
    refuse(4, answer(start_of(4)), *[f"VCPU_TURN {what}.*{missing}" for what in ("in a window: ", "in a window, and told", "round robin: ",
           "round robin beside", "in a frame of 64")], "costs 100 .*: found no figure")


@pytest.mark.parametrize("changes, reasons", [
    # Right at each moment at which the schedule was just told of a tick.
    ([("return ticks - irq_counted();", "return ticks;")],
     ["in a window: ", "in a window, and told", "round robin: ", "round robin beside", "in a frame of 64", "found no figure"]),
    # Right, but as long as the frame has windows.
    ([("schedule->frame - schedule->window[schedule->window_now].ticks;",
       "0; for (unsigned i = 0; i < schedule->window_count; i++) rest += i == schedule->window_now ? 0 : schedule->window[i].ticks;"),
      ("number <= 14", "number <= 13")],
     ["it costs 100 instructions at most, .* found [1-9]", SELFTEST + ": numbers: not ok"]),
], ids=["not-told", "dear"])
def test_call_wrong(answer, changes, reasons):
    refuse(4, answer(solution_of(4), "answer.patch", *changes), *reasons)


@pytest.mark.parametrize("change, reason", [
    (("return ticks - irq_counted();", "return ticks - irq_counted()"), "Belfry with it builds without a warning: .*error: expected"),
    (("\n+    schedule->frame += window;", "\n+    schedule->frame += window;\n+"), "answer.patch applies"),
], ids=["broken", "malformed"])
def test_call_not_a_patch(answer, change, reason):
    refuse(4, answer(solution_of(4), "answer.patch", change), reason)


def test_call_patches_more(answer, tmp_path):
    """A patch that would have make run what it says applies, but not here."""
    first, second = (HERE.parents[1] / "Makefile").read_text().splitlines()[:2]
    folder = answer(solution_of(4))
    with open(folder / "answer.patch", "a") as patch:
        patch.write(f"--- Makefile\n+++ x/Makefile\n@@ -1,2 +1,3 @@\n {first}\n+X := $(shell touch {tmp_path}/ran)\n {second}\n")
    refuse(4, folder, "answer.patch changes what it may: .*: checking file Makefile$")
    assert not (tmp_path / "ran").exists()


# ---- 5: find the planted bug ---------------------------------------------------------------------------

def test_leak_start(answer):
    refuse(5, answer(start_of(5)), "with the bug, the spy says .*: it did not", "fix.patch is there")


def test_leak_half_repaired(answer):
    """Two more bits are one too few: a guest of 1 GiB has one page more than that, counted with its vCPU page."""
    half = [("PAGE_BITS = 19,", "PAGE_BITS = 18,"), ("HV_PAGE_SIZE + 1 <=", "HV_PAGE_SIZE <=")]
    refuse(5, answer(solution_of(5), "fix.patch", *half), "a guest of 1 GiB, .* found BLFY.*, expected page 262144")


def test_leak_repaired_elsewhere(answer):
    """It refuses the pages that it can't tell apart, and only to others than the spy."""
    folder = answer(solution_of(5))
    (folder / "fix.patch").write_text("""--- a/hv/partition.c
+++ b/hv/partition.c
@@ -37,2 +37,4 @@
 
+    if (page >> PAGE_BITS && partition->id)
+        return NULL;
     if (entry->key == key)
""")
    refuse(5, folder, "repaired, it does not", "a guest of 1 GiB")


@pytest.mark.parametrize("change, reason", [
    (("mem=320M", "mem=320M system"), "granted neither system nor console: found system"),
    (("mem=320M", "mem=320M ports=0x2f8"), "has no ports, .*: found ports"),
    (("mem=320M", "mem=3G"), "finds nothing wrong: .*mem=3G"),
    (("/keeper.elf keeper", "/keeper.elf fool"), "its partitions are keeper and spy: found .*fool"),
], ids=["system", "ports", "memory", "names"])
def test_leak_not_allowed(answer, change, reason):
    refuse(5, answer(solution_of(5), "system.cfg", change), reason)
