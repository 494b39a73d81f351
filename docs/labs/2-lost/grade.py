# SPDX-License-Identifier: BSD-2-Clause
"""Lab 2: what the answer says, and whether the repaired guest counts what the device made and the hypervisor has."""
import re

import lab

LOST = {32: "counted", 35: "discarded", 48: "acknowledged"}
STATS = ["raised", "acknowledged", "discarded", "outstanding", "upcalls"]
PERIOD, PULSES_IN_RECORD, RECORDS_AT_ONCE = 50, 10, 2


def look_at_answer(sheet):
    file = sheet.folder / "answer.txt"
    sheet.need("answer.txt is there", file.is_file(), "not found")
    words = [line.split() for line in file.read_text(errors="replace").splitlines() if not line.startswith("#")]
    answer = {line[0]: line[1:] for line in words if line}
    for vector, where in LOST.items():
        found = answer.get(str(vector), [])
        sheet.look(f"answer.txt says where those of vector {vector} were lost", found == [where],
                   f"it was not there, found {found}")


def look_at_vector(sheet, said, vector):
    """Answers how many occurrences the guest has counted."""
    form = f"vector {vector}: counted #, " + ", ".join(f"{name} #" for name in STATS)
    counted, raised, acknowledged, discarded, outstanding, upcalls = lab.numbers(said, form)
    sheet.need(f'it says "{form}" once', upcalls is not None, f"found {said[-5:]}")
    sheet.equal(f"vector {vector}: what it counted is what it acknowledged", counted, acknowledged)
    sheet.equal(f"vector {vector}: all that was raised is that, or outstanding yet", raised, acknowledged + outstanding)
    sheet.equal(f"vector {vector}: nothing was discarded", discarded, 0)
    return counted, upcalls


def grade(sheet):
    look_at_answer(sheet)
    image = sheet.build_answer("logger.c")
    flow = sheet.build_own(lab.HERE / "2-lost/flow.c")
    boot = sheet.boot([f"{image} logger line=0 line=3 vector=48 window=4 -- ticks=1000",
                       f"{flow} flow line=0 ports=0x2f8-0x2ff window=3 -- ticks=300 seed={sheet.draw.randint(1, 10**6)}"],
                      devices=["-serial", "null"])
    end, said = boot.end("logger"), boot.said("logger")
    sheet.equal("it ends with exit code 0", end["how"], "exit code 0")
    made, = lab.numbers(boot.said("flow"), "made # pulses")

    counted, upcalls = zip(*(look_at_vector(sheet, said, vector) for vector in LOST))
    ticks, pulses, records = counted
    sheet.equal("it counted the pulses that the meter made", pulses, made)
    sheet.equal("the hypervisor saw them all on line 3", boot.line(3), made)
    sheet.equal("it acknowledged, of all vectors, what the hypervisor says", sum(counted), end.get("acknowledged"))
    written = [int(found[1]) for line in said if (found := re.match(r"record (\d+), tick \d+$", line))]
    sheet.equal(f"a record for every {PULSES_IN_RECORD} pulses, in order", written,
                list(range(1, made // PULSES_IN_RECORD + 1)))
    sheet.equal("it counted the records that it wrote", records, len(written))
    sheet.look(f"never more than {RECORDS_AT_ONCE} records in one upcall", upcalls[2] * RECORDS_AT_ONCE >= records,
               f"found {records} in {upcalls[2]}")
    reports = sum(line.startswith("report: ") for line in said)
    sheet.equal(f"a report every {PERIOD} ticks", reports, ticks // PERIOD)
