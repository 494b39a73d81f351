# SPDX-License-Identifier: BSD-2-Clause
"""Runs Frama-C's Eva on hv/ from a driver, and reads its report."""
import collections
import csv
import os
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TIME_LIMIT = 600

# The contracts (tests/proof/prove proves them) are not read, and so not believed: what they ask of
# a caller would be taken for given behind it, and what a caller gets wrong would not be seen.
# For the same reason __FRAMAC__ is not defined: Eva reads what the compiler reads.
# Each function that is `inline` becomes a part of its caller, and so do its alarms.
# That a _Bool is read as 0 or 1 is proved by WP; Eva has some merged with what lies beside them.
COMMAND = ["timeout", str(TIME_LIMIT), "frama-c", "-c11", "-machdep", "gcc_x86_64", "-no-annot",
           "-no-warn-invalid-bool",
           "-cpp-extra-args=-U__FRAMAC__ -Iinclude -I. -Iguest-api/include -I{here} "
           "-include {here}/prelude.h -DBELFRY_VERSION='\"eva\"'",
           "-eva", "-eva-no-show-progress", "-eva-msg-key=-final-states,-initial-state"]
REPORT = ["-then", "-metrics", "-metrics-eva-cover", "-metrics-by-function", "-metrics-verbose", "2",
          "-report-csv"]
# Kinds of rows that are no alarms: what Frama-C makes up of Eva's own two functions.
CLAUSES = {"assigns clause", "from clause"}
# Warnings that say nothing of hv/: Eva's own functions have no code, a call through a pointer can't
# be inlined, and a barrier is no instruction.
HARMLESS = re.compile(r"\[eva:alarm\]|\[kernel:annot:missing-spec\].*\n.*for function Frama_C_"
                      r"|\[kernel:inline\].*(?:\n.*)?Ignoring call via function pointer"
                      r"|\[kernel:asm:clobber\]")


class Driver:
    """What is analysed from eva_NAME() in tests/proof/eva/NAME.c, and how precisely."""

    def __init__(self, files, *options, inline=()):
        self.files = files
        self.options = list(options)
        self.inline = set(inline)


# Where modules meet, and what stands behind them.
MEETING = ["hv/irq.c", "hv/upcall.c", "hv/vcpu.c", "hv/partition.c", "hv/health.c", "hv/schedule.c",
           "hv/line.c", "hv/virq.c", "hv/route.c", "hv/memory.c", "hv/elf.c", "hv/format.c", "hv/trace.c",
           "{here}/seam.c", "{here}/any_console.c"]

# What a loop for ever may do is everything soon.
SOON = ["-eva-widening-delay", "1", "-eva-widening-period", "1"]

# The more states Eva keeps apart (slevel), the more it sees, and the longer it takes. A function
# answers with all its ends joined to one; where the caller must know which it was, it is inlined.
DRIVERS = {
    "core": Driver(["hv/virq.c", "hv/route.c"], "-eva-precision", "3",
                   inline=["count_acknowledged", "end_service", "lowest", "make_ineligible",
                           "outstanding"]),
    "config": Driver(["hv/config.c", "hv/config_words.c", "hv/config_partition.c",
                      "hv/config_grants.c", "hv/format.c"],
                     "-eva-precision", "3", "-eva-slevel", "20000", "-eva-split-return", "auto",
                     inline=["config_next_word", "config_split_word", "config_number",
                             "config_key_number", "is_space", "digit_value", "config_word_has",
                             "read_ports", "show_word", "read_name", "config_who"]),
    "elf": Driver(["hv/elf.c"], "-eva-precision", "2", "-eva-slevel", "500"),
    "format": Driver(["hv/format.c"], "-eva-precision", "3", "-eva-slevel", "1000", inline=["prefix_of"]),
    "schedule": Driver(["hv/schedule.c"], "-eva-precision", "2", *SOON,
                       "-eva-slevel-function", "add:200,take_out:0"),
    "line": Driver(["hv/line.c"], "-eva-precision", "2"),
    "memory": Driver(["hv/memory.c"], "-eva-precision", "2", "-eva-slevel", "6000",
                     "-eva-slevel-merge-after-loop", "memory_init"),
    "console": Driver(["hv/console.c", "hv/console_turns.c", "hv/format.c"],
                      "-eva-precision", "2", "-eva-plevel", "256", "-eva-slevel-function",
                      "string_length:600,print_line:600"),
    "source": Driver(["hv/console_source.c"], "-eva-precision", "2", "-eva-slevel", "1000",
                     "-eva-domains", "octagon"),
    "calls": Driver(["hv/hypercall.c", "hv/system.c", "hv/input.c", *MEETING],
                    "-eva-precision", "2", "-eva-plevel", "256",
                    "-eva-slevel", "10", *SOON, "-eva-domains-function", "octagon:partition_memory",
                    "-eva-slevel-function", "give_time:100,take_out:0",
                    inline=["raise", "begin_upcall", "find", "may_call", "irq_in_domain", "refusal",
                            "is_registered", "has_line", "partition_granted", "may_be_built",
                            "follows_on", "is_waiting", "count_acknowledged", "end_service",
                            "make_ineligible", "outstanding"]),
    "work": Driver(["hv/work.c", "hv/input.c", *MEETING],
                   "-eva-precision", "2", "-eva-slevel-function",
                   "slices:500,string_length:200,health_describe:200,console_report:200,"
                   "format_list:400,put_text:400,put_number:100"),
    "boot": Driver(["hv/main.c", "hv/config.c", "hv/config_words.c", "hv/config_partition.c",
                    "hv/config_grants.c", "hv/work.c", "hv/input.c", *MEETING],
                   "-eva-precision", "3", "-eva-slevel", "1000"),
}


def plain(text):
    """Without the numbers that Frama-C gives to names that occur more than once."""
    return re.sub(r"\b([A-Za-z]\w*?)_\d+\b", r"\1", text)


Alarm = collections.namedtuple("Alarm", "file function kind expression status count")


def key(alarm):
    """How the alarm is named in the file of explanations."""
    times = f" ({alarm.count} times)" if alarm.count > 1 else ""
    return f"{alarm.file} {alarm.function} {alarm.kind}: {alarm.expression}{times}"


def all_alarms(reports):
    """Each once, with how often it is found by the driver that finds it most often."""
    most = collections.Counter()
    for report in reports:
        most |= collections.Counter(report.alarms)
    return [Alarm(*alarm, count) for alarm, count in sorted(most.items())]


def explanations():
    """Alarm → its reason, of the file: a line that begins at the left, and those below it."""
    found, name = {}, None
    for line in (HERE / "alarms").read_text().splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if not line.startswith(" "):
            name = line.rstrip()
            found[name] = ""
        elif name:
            found[name] += line.strip() + " "
    return found


class Report:
    """What Eva said: alarms, coverage by function, and what is wrong with the run itself."""

    def __init__(self, log, rows, status):
        self.files = {name: file.removeprefix(f"{ROOT}/") for file, name in
                      re.findall(r"Stats for function <(.+)/(\w+)>$", log, re.M)}
        self.cover = {name: (int(reached), int(all_)) for name, reached, all_ in
                      re.findall(r"^  (\w+): (\d+) stmts out of (\d+) \(", log, re.M)}
        self.alarms = [(self.file(row["function"]), plain(row["function"]), row["property kind"],
                        plain(row["property"]), row["status"])
                       for row in rows if row["property kind"] not in CLAUSES]
        self.wrong = [line.strip() for line in re.findall(r"^.*(?:Warning|Error):.*(?:\n  .*)?", log, re.M)
                      if not HARMLESS.match(line)]
        said = re.search(r"^  (\d+) alarms? generated by the analysis", log, re.M)
        if status != 0 or not said:
            self.wrong.append(f"Eva did not finish: frama-c ended with {status}")
        elif int(said[1]) != len(self.alarms):
            self.wrong.append(f"{said[1]} alarms in the log, {len(self.alarms)} in the table")

    def file(self, function):
        """Where the function is; its alarms can lie in what is inlined into it."""
        return self.files.get(function, "?")


def run(root, name, folder):
    """Analyses hv/ below `root` from driver `name`; answers the report and the seconds it took."""
    driver = DRIVERS[name]
    table, log = folder / f"{name}.csv", folder / f"{name}.log"
    table.unlink(missing_ok=True)
    command = [word.format(here=HERE) for word in COMMAND]
    command += ["-main", f"eva_{name}", "-inline-calls", ",".join(["@inline", *sorted(driver.inline)]),
                *driver.options, *[file.format(here=HERE) for file in driver.files], str(HERE / f"{name}.c"), *REPORT, str(table)]
    with open(log, "w") as out:
        # Frama-C looks for files in $PWD, whatever the working directory is.
        process = subprocess.Popen(command, cwd=root, stdout=out, stderr=subprocess.STDOUT,
                                   env={**os.environ, "PWD": str(pathlib.Path(root).resolve())})
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    rows = []
    if table.exists():
        with open(table, newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    report = Report(log.read_text(), rows, process.returncode)
    return report, usage.ru_utime + usage.ru_stime
