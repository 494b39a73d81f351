# SPDX-License-Identifier: BSD-2-Clause
"""`belfry run --gdb`, and gdb's commands for Belfry, in batch mode: what they show against what the guests themselves say."""
import pathlib
import re
import shlex
import signal
import subprocess
import time

import pytest

from belfry_kit import trace
from kit import BELFRY, BUILD, ROOT, TCG, belfry, make, run, write_system

PROMPT = "(gdb) "
SCRIPT = ROOT / "kit/gdb/belfry.py"
LIMIT = 40


def gdb(*words, typed=None):
    """gdb in batch mode, or with what is typed: what it said, its errors too. It runs in a folder of no meaning."""
    done = subprocess.run(["timeout", "-k", "5", str(LIMIT), "gdb", "-nx", *([] if typed else ["-batch"]), *map(str, words)],
                          cwd="/", text=True, input=typed or "", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode != 124, done.stdout
    return done.stdout


class Debugged:
    """`belfry run --gdb`, waiting."""

    def __init__(self, folder, system, command=BELFRY):
        self.log = folder / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(["timeout", "-k", "5", str(LIMIT), command, "run", "--gdb", system, "--", *TCG],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        self.connect = shlex.split(self.wait_for(r"^QEMU waits for gdb\. In another terminal:\n    gdb (.*)\n")[1])
        stub = pathlib.Path(re.search(r"connect (/tmp/belfry-\w+/gdb)", shlex.join(self.connect))[1])
        self.wait(stub.exists)

    @property
    def said(self):
        return self.log.read_text("latin-1").replace("\r", "")

    def wait(self, condition):
        """Until it holds; answers what it says."""
        end = time.monotonic() + LIMIT
        while not (found := condition()):
            assert time.monotonic() < end and self.process.poll() is None, self.said
            time.sleep(0.02)
        return found

    def wait_for(self, pattern):
        return self.wait(lambda: re.search(pattern, self.said, re.M))

    def session(self, *commands):
        """What gdb answers to each, once it is connected and the machine has booted. The last one ends it."""
        words = []
        for command in ("continue", *commands):
            words += ["-ex", f"echo \\n{PROMPT}{command}\\n", "-ex", command]
        answers = gdb(*self.connect, *words).split(f"\n{PROMPT}")[1:]
        assert len(answers) == len(commands) + 1, answers
        return [answer.partition("\n")[2].rstrip("\n") for answer in answers[1:]]

    def end(self):
        """Its exit status, once somebody has ended it."""
        return self.process.wait(LIMIT)


@pytest.fixture
def debugged(tmp_path):
    """debugged(modules, …): a system of these that waits for gdb."""
    started = []

    def start(modules=(), system=None, **options):
        started.append(Debugged(tmp_path, system or write_system(tmp_path, modules), **options))
        return started[-1]

    yield start
    for one in started:
        one.process.send_signal(signal.SIGINT)  # timeout(1) hands it on, and `belfry` puts its folder away
        one.process.wait(10)


@pytest.fixture
def looking(debugged):
    """look beside hello, clock and another look, which waits for ever."""
    return debugged(["lib_look.elf still mem=256K vector=48 -- still=1", "hello.elf hello mem=128K", "clock.elf clock line=0",
                     "lib_look.elf look vector=48 vector=49 vector=50 vector=51"])


def table(text):
    """Rows by their first word that is a name."""
    return {re.search("[a-z]+", line)[0]: line for line in text.splitlines()}


def counters(line):
    return {key: int(value) for key, value in re.findall(r"([a-z]+) (\d+)(?= |$)", line)}


def registers(text):
    """Of `belfry frame`."""
    return {name: int(value, 16) for name, value in re.findall(r"(\w+) +(0x[0-9a-f]+)", text)}


def test_irqs(looking):
    """Bits as the guest has brought them about, counters as IRQ_STATS gave them to it; three times, and at the end."""
    answers = looking.session("belfry break look look", *["continue", "belfry irqs look", "print stats"] * 3, "kill")
    bits = []
    for shown, stats in zip(answers[2::3], answers[3::3]):
        lines = shown.splitlines()
        assert [re.match(r"look +vector  (\d+) ", line)[1] for line in lines] == ["48", "49", "50", "51"], shown
        bits.append([re.search(r"\d (\S{5}) ", line)[1] for line in lines])
        for line, fields in zip(lines, re.findall(r"\{(raised = [^}]*)\}", stats)):
            told = {key: int(value) for key, value in re.findall(r"(\w+) = (\d+)", fields)}
            assert {key: counters(line)[key] for key in told} == told and len(told) == 6, (line, fields)
    assert bits == [["gr--p", "grm-p", "gr--p", "g----"], ["gr-s-", "grm-p", "gr--p", "g----"],
                    ["gr---", "g----", "gr---", "g----"]]
    assert "raised 3 " in answers[2] and "discarded 2 " in answers[8], answers
    assert looking.end() == 0, looking.said  # somebody left


def test_ticks(debugged):
    """The timer's counters against the clock's own sums; the line's against what comes at the end."""
    clock = debugged(["clock.elf clock line=0 window=5 -- seconds=1", "rogue.elf other window=15 -- pause=1"])
    vector, lines, ticks, upcall, second, _, end = clock.session(
        "belfry break clock on_tick", "ignore 3 20", "continue", "belfry irqs clock", "belfry irqs", "print ticks",
        "print upcall->count", "print second.upcalls", "delete", "continue")[3:]
    shown, sums = counters(vector), [int(text.split(" = ")[1]) for text in (ticks, upcall, second)]
    assert [shown[key] for key in ("acknowledged", "outstanding", "upcalls")] == [sums[0], sums[1], sums[2] + 1]
    assert shown["raised"] == sums[0] + sums[1] > 20 and " gr-s- " in vector, vector
    line = next(line for line in lines.splitlines() if re.match("clock +line +0 or--- ", line))
    assert counters(line)["raised"] == shown["raised"] + counters(line)["unclaimed"], line
    assert f"unclaimed {counters(line)['unclaimed']}\n" in clock.said, end


def test_vcpus_and_frames(looking):
    """Where each is: by the CPU, by its own code, by the numbers in its registers."""
    vcpus, own, still, cpu, code, names = looking.session(
        "belfry break look look", "continue", "belfry vcpus", "belfry frame", "belfry frame still", "info registers",
        "print/x *(unsigned char (*)[2])(vcpus[0].partition.memory + vcpus[0].frame.rip - 2 - 0x3ff000)",
        "info symbol $rip", "kill")[2:8]
    rows = table(vcpus)
    assert re.fullmatch(r"\* look +running +- disabled +48  0x[0-9a-f]+ <look\+0>", rows["look"]), vcpus
    assert re.match(r"  hello +stopped +- - +-  0x", rows["hello"]), vcpus
    assert re.match(r"  still +waiting +- enabled +-  0x[0-9a-f]+ <main\+\d+>", rows["still"]), vcpus
    assert code == "$1 = {0xcd, 0x80}" and names.startswith("look in section .text"), (code, names)

    shown = registers(own)
    for name, value in re.findall(r"^(\w+) +(0x[0-9a-f]+) ", cpu, re.M):
        assert shown.get("rflags" if name == "eflags" else name, int(value, 16)) == int(value, 16), name
    assert own.startswith("look: running; registers as in the CPU\n") and len(shown) == 20, own

    saved = registers(still)
    numbers = {"rbx": 0x1001, "rcx": 0x1002, "rdx": 0x1003, "rsi": 0x1004, "rdi": 0x1005, "rbp": 0x1006, "r8": 0x1008,
               "r9": 0x1009, **{f"r{n}": 0x1000 + int(str(n), 16) for n in range(10, 16)}}
    assert {name: saved[name] for name in numbers} == numbers and saved["rsp"] < 0x440000, still
    assert still.startswith("still: waiting; registers as saved\n"), still


def test_in_the_hypervisor(looking):
    """A stop there: what the entry saved is shown, and no more; the commands work as everywhere."""
    partitions, vcpus, frame = looking.session("belfry symbols still", "hbreak vcpu_wait_call", "condition 3 $partition() == 0",
                                               "continue", "belfry partitions", "belfry vcpus", "belfry frame", "kill")[4:7]
    assert table(partitions)["still"].split() == ["0", "still", "running", "0", "256K"], partitions
    assert "in the hypervisor; attention: none" in vcpus and table(vcpus)["still"].startswith("* still"), vcpus
    saved = registers(frame)
    assert set(saved) == {"rip", "rsp", "rflags", "cs", "ss", "rcx", "rdx", "rsi", "rdi"}, frame
    assert [saved[name] for name in ("rcx", "rdx", "rsi", "rdi", "cs")] == [0x1002, 0x1003, 0x1004, 0x1005, 0x23], frame


def test_ends_of_lives(debugged):
    """Restarts, and how the last life ended, are what the console says."""
    rogue = debugged(["rogue.elf rogue mem=128K fault=restart restarts=5 -- pause=1", "hello.elf hello"])
    partitions = rogue.session("belfry break rogue main", "ignore 3 3", "continue", "belfry partitions", "delete", "continue")[3]
    rows = table(partitions)
    last = re.findall(r"^rogue: (fault .*)$", rogue.said, re.M)[2]
    assert re.match(rf" 0 rogue +running +3 +128K  {re.escape(last)}$", rows["rogue"]), partitions
    assert re.match(r" 1 hello +\w+ +0 +2048K(  exit code 0)?$", rows["hello"]), partitions


def test_trace(debugged):
    """The records behind each other, as far as there are any; each in the time of whom the last switch names."""
    traced = debugged(["trace.elf trace system line=0 vector=48 window=5", "tally.elf other line=0 window=5 -- ms=3000",
                       "steady.elf third line=0 -- ms=3000"])
    none, *_, made, all_of_it, three, wrong = traced.session(
        "belfry trace", "hbreak system_trace_call if $rdi == 0", "continue", "print trace.made / 32", "belfry trace",
        "belfry trace 3", "belfry trace x", "kill")[:-1]
    assert re.search(r"trace begin: 0 records, 0 overwritten, [1-9]\d* TSC ticks in a second\.", none), none
    found = trace.Trace(all_of_it, "gdb")
    assert found.made == int(made.split(" = ")[1]) > 2048 == len(found.records)
    assert found.names == {0: "trace", 1: "other", 2: "third"}
    assert found.records[-1][1:] == ("call", 0, 0, 48)
    who = found.records[0].vcpu
    for record in found.records:
        assert record.vcpu == who, record
        who = trace.one(record.value) if record.kind == "switch" else who
    assert trace.Trace(three, "gdb").records == found.records[-3:]
    assert wrong == "x: expected how many records"


def test_counted_ticks(debugged):
    """While nobody waits most ticks are in no counter of the hypervisor's, but in the tables they are."""
    busy = debugged(["lib_look.elf busy window=100 -- busy=50", "clock.elf clock line=0 window=10"])
    before, after = busy.session("belfry break busy look", "continue", "belfry irqs", "ignore 3 1", "continue", "belfry irqs",
                                 "kill")[2:6:3]
    line = counters(before.splitlines()[-1])
    assert line["raised"] == line["unclaimed"] and 45 < line["raised"] < 55, before  # nobody has registered yet
    vector, line = map(counters, after.splitlines())
    assert line["raised"] == line["unclaimed"] + vector["raised"] and 145 < line["raised"] < 155, after
    assert vector["outstanding"] > 30, after


def test_break_in_one(debugged):
    """Of two guests with the same image only one stops; the other has come by as often."""
    two = debugged(["clock.elf a line=0 -- seconds=1", "clock.elf b line=0 -- seconds=1"])
    nobody, *answers = two.session("print $partition()", "belfry break b on_tick", *["continue", "print $partition()", "belfry irqs"] * 3, "kill")
    for stop, partition, irqs in zip(*(answers[n:-1:3] for n in (1, 2, 3))):
        assert re.search("^Breakpoint 3, on_tick .*clock/main.c", stop, re.M) and partition.endswith("= 1"), (stop, partition)
    assert nobody == "$1 = -1"
    a, b = (counters(line)["upcalls"] for line in irqs.splitlines()[:2])
    assert b == 3 and a >= 2, irqs


def test_symbols_follow(looking):
    """A stop in a guest is told by its own symbols, and variables are its own."""
    answers = looking.session("belfry break look look", "continue", "belfry break clock on_tick", "info symbol $rip",
                              "print sizeof(stats)", "delete 3", "continue", "info symbol $rip", "print ticks", "print stats",
                              "info symbol look", "belfry symbols look", "info address look", "kill")
    assert "look () at " in answers[1] and answers[3].startswith("look in section .text") and answers[4] == "$1 = 144"
    assert "on_tick (upcall=" in answers[6] and answers[7].startswith("on_tick in section .text") and answers[8] == "$2 = 0"
    assert answers[9] == 'No symbol "stats" in current context.'
    assert answers[10] == 'No symbol "look" in current context.' and answers[12].startswith('Symbol "look" is a function'), answers


def test_what_is_not_there(looking):
    """Errors, each in one line."""
    assert gdb("-x", SCRIPT, BUILD / "belfry.debug", "-ex", "belfry partitions") == (
        "no machine: expected `belfry connect ADDRESS` before this\n")
    assert gdb("-x", SCRIPT, "-ex", "belfry connect nowhere") == (
        "no symbols of the hypervisor: expected belfry.debug on gdb's command line\n")
    early = gdb(*looking.connect, "-ex", "belfry vcpus", "-ex", "belfry break look main", "-ex", "detach")
    assert early.count("no partition yet: expected the machine to have booted; `continue` boots it\n") == 2, early


def test_wrong_words(looking):
    commands = {"belfry irqs nobody": "nobody: no partition is called so; expected one of still, hello, clock, look",
                "belfry break nobody main": "nobody: no partition is called so; expected one of still, hello, clock, look",
                "belfry break look on_tick": 'look: Function "on_tick" not defined.',
                "belfry break look cpu_next": "look: cpu_next is no place in a guest",
                "belfry break look": "usage: belfry break NAME PLACE",
                "belfry vcpus look": "usage: belfry vcpus",
                "belfry frame": "it is nobody's time: expected a name",
                "complete belfry frame l": "belfry frame look",
                "info breakpoints 3": "No breakpoint or watchpoint matching '3'."}
    assert dict(zip(commands, looking.session(*commands, "kill"))) == commands


@pytest.mark.parametrize("end, status, says", [
    ("detach", 0, "of 1 partitions 1 exited with code 0"), ("kill", 0, None)])
def test_run_goes_on(debugged, end, status, says):
    """Without gdb the system goes on, and says how it ended."""
    one = debugged(["hello.elf hello"])
    one.session(end)
    assert one.end() == status and (says in one.said if says else "hello: Hello" not in one.said), one.said


def test_installed(debugged, tmp_path):
    """What is installed is enough, wherever that is."""
    make("install", f"PREFIX={tmp_path / 'some where'}")
    one = debugged(["hello.elf hello"], command=tmp_path / "some where/bin/belfry")
    assert str(tmp_path / "some where/share/belfry/gdb/belfry.py") in one.connect
    assert one.connect[-1] == str(tmp_path / "some where/lib/belfry/belfry.debug")
    assert re.match(r" 0 hello +loading +0 +2048K$", table(one.session("belfry partitions", "kill")[0])["hello"])
    make("uninstall", f"PREFIX={tmp_path / 'some where'}")
    assert not (tmp_path / "some where").exists()


def test_other_hypervisor(debugged, tmp_path):
    """Its symbols are beside it, or it is refused; those of the kit's own do for a copy of that."""
    image, symbols = tmp_path / "belfry.elf", tmp_path / "belfry.debug"
    image.write_bytes((BUILD / "belfry.elf").read_bytes())
    system = write_system(tmp_path, ["hello.elf hello"])
    assert debugged(system=system).connect[-1] == str(BUILD / "belfry.debug")
    image.write_bytes(image.read_bytes() + b"more")
    said = belfry("run", "--gdb", system, status=1)
    assert said.endswith(f"belfry: {image}: no symbols for gdb: expected them in {symbols}\n"), said
    symbols.write_bytes((BUILD / "belfry.debug").read_bytes())
    assert debugged(system=system).connect[-1] == str(symbols)


def test_condition(looking):
    """On a guest's own variables, while gdb has its symbols."""
    answers = looking.session("belfry symbols clock", "belfry break clock on_tick", "condition 3 $partition() == 2 && ticks >= 30",
                              "continue", "print ticks", "belfry irqs clock", "kill")
    assert answers[4] == "$1 = 30" and " acknowledged 30 " in answers[5], answers


def same(text):
    """Without addresses and the numbers of lines."""
    return re.sub(r"0x[0-9a-f]+|\+\d+(?=>)|(?<=\w:)\d+$|(?<=, line )\d+(?=\.$)|^\d+(?=\t)", "N", text, flags=re.M).split()


def test_documented_session(debugged, tmp_path):
    """The manual's, typed, on the manual's system: gdb says what stands there."""
    manual = (ROOT / "docs/manual.md").read_text()
    (tmp_path / "system.cfg").write_text(re.search(r"```cfg\n(.*?)```", manual, re.S)[1]
                                         .replace(" vector=48-50 windw=15", " vector=48 window=15"))
    belfry("new", "guest", "valve", folder=tmp_path)
    run("make", "-C", tmp_path / "valve")
    session = re.search(r"```text\n(\(gdb\) .*?)```", manual, re.S)[1]
    typed = re.findall(r"^\(gdb\) (.*)$", session, re.M)
    plant = debugged(system=tmp_path / "system.cfg")
    said = gdb("-q", *plant.connect, "-ex", "set width 0", typed="\n".join([*typed, "kill"]) + "\n").split(PROMPT)[1:]
    assert len(said) == len(typed) + 2 and len(typed) >= 9, said
    for answer, shown in zip(said, session.split(PROMPT)[1:]):
        assert same(answer) == same(shown.partition("\n")[2]), answer


def test_documented_command(debugged):
    """What `run --gdb` says is what the manual shows of it, but for where things are."""
    shown = re.search(r"^QEMU waits.*\n.*", (ROOT / "docs/manual.md").read_text(), re.M)[0]
    said = re.search(r"^QEMU waits.*\n.*", (debugged(["hello.elf hello"])).said, re.M)[0]
    where = re.compile(r"/tmp/belfry-\w+(?=/gdb)")
    assert where.sub("X", said).replace(f"{ROOT}/", "").replace(str(BUILD), "build") == where.sub("X", shown)
