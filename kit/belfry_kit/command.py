# SPDX-License-Identifier: BSD-2-Clause
"""The command line."""
import argparse
import json
import math
import os
import pathlib
import sys

from belfry_kit import iso, judge, new, report, run, svg, top, trace, trace_json, trace_svg
from belfry_kit.paths import Refused

WHOLE = None, None  # of a timeline
STATUS = "Status: 0, all is well; 1, it is not, and why is said; 2, the command line is wrong."


def add_reading(parser):
    parser.add_argument("system", metavar="SYSTEM.cfg", help="a GRUB configuration with multiboot and module lines")
    parser.add_argument("--images", metavar="DIR", action="append", default=[],
                        help="look for images here too, after the file's own folder; may repeat")
    parser.add_argument("--memory", metavar="SIZE", default="1G", help="the machine's memory, as 256M (default 1G)")


def milliseconds(text):
    """FROM-TO, as seconds."""
    first, _, last = text.partition("-")
    first, last = float(first) / 1e3, float(last) / 1e3
    if not 0 <= first < last < math.inf:
        raise ValueError
    return first, last


def parse(arguments):
    parser = argparse.ArgumentParser(prog="belfry", description="Systems of Belfry: checked, made into ISOs, run.",
                                     epilog=STATUS + " `man belfry` has more.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    check = commands.add_parser("check", help="judge systems as the hypervisor will at boot, and show them", epilog=STATUS)
    add_reading(check)
    check.add_argument("--entry", metavar="ID", help="this entry alone, by its --id or title (default: every one)")
    shown = check.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="all of it, for other tools")
    shown.add_argument("--svg", metavar="FILE", help="draw the frame and the memory map of one system; - is stdout")
    shown.add_argument("--quiet", action="store_true", help="only errors")

    image = commands.add_parser("iso", help="make a bootable ISO of a menu and its images", epilog=STATUS)
    add_reading(image)
    image.add_argument("-o", "--output", metavar="FILE", required=True, help="the ISO")

    boot = commands.add_parser("run", help="boot a system in QEMU on this terminal", epilog=STATUS,
                               usage="belfry run [-h] [--images DIR] [--memory SIZE] [--entry ID] [--console FILE] "
                                     "[--gdb] [--unchecked] SYSTEM.cfg "
                                     "[-- QEMU-OPTION ...]")
    add_reading(boot)
    boot.add_argument("--entry", metavar="ID", help="the entry, by its --id or title (default: the menu's)")
    boot.add_argument("--console", metavar="FILE", help="typed at is the console by the Unix socket FILE; what it says is shown here too")
    boot.add_argument("--gdb", action="store_true", help="wait for gdb, and say what connects it")
    boot.add_argument("--unchecked", action="store_true", help="boot it whatever `check` says of it")

    live = commands.add_parser("top", help="show live what a running system's monitor says", epilog=STATUS)
    live.add_argument("console", metavar="CONSOLE", help="the system's console: a Unix socket, or HOST:PORT")
    live.add_argument("--seconds", metavar="N", type=float, default=1, help="between one look and the next (default 1)")
    live.add_argument("--count", metavar="N", type=int, default=0, help="so many looks (default: until Ctrl-C)")

    asked = commands.add_parser("ask", help="type a command at a running system's monitor, and show the answer", epilog=STATUS)
    asked.add_argument("console", metavar="CONSOLE", help="the system's console: a Unix socket, or HOST:PORT")
    asked.add_argument("words", metavar="COMMAND", nargs="+", help="`help` says which there are")

    traced = commands.add_parser("trace", help="read what the monitor's `trace dump` has said", epilog=STATUS)
    traced.add_argument("log", metavar="LOG", help="what a console has said; - is stdin; the last dump counts")
    traced.add_argument("-o", "--output", metavar="FILE", help="all of it as Chrome's trace events, for Perfetto; - is stdout")
    traced.add_argument("--svg", metavar="FILE", help="a timeline; - is stdout")
    traced.add_argument("--ms", metavar="FROM-TO", type=milliseconds, default=WHOLE,
                        help="the timeline's part, in ms from the first record")

    start = commands.add_parser("new", help="write a start: a guest or a system", epilog=STATUS)
    start.add_argument("kind", choices=("guest", "system"))
    start.add_argument("folder", metavar="NAME", help="the folder to be made; its name is the guest's or the system's")
    options = parser.parse_args(arguments)
    if options.command == "trace" and options.ms != WHOLE and not options.svg:
        traced.error("--ms is the timeline's part: expected --svg too")
    return options


def refuse_errors(errors):
    for error in errors:
        print(error, file=sys.stderr)
    if errors:
        count = f"{len(errors)} error{'s' * (len(errors) != 1)}"
        raise Refused(f"{count}: not started")


def one_system(menu, verdicts, options):
    """Where one is wanted, and none chosen: the menu's default."""
    if options.entry or len(verdicts) == 1:
        return verdicts[0]
    chosen = menu.choose()
    return next(verdict for verdict in verdicts if verdict.entry is chosen)


def check_command(options):
    menu, verdicts = judge.judge_menu(options.system, options.images, options.memory, options.entry, every=True)
    errors = judge.all_errors(menu, verdicts)
    if options.json:
        print(json.dumps(report.data(menu, verdicts, errors), indent=1))
        return 1 if errors else 0
    for error in errors:
        print(error, file=sys.stderr)
    if errors:
        return 1
    if options.svg:
        write(options.svg, svg.draw(one_system(menu, verdicts, options)))
    elif not options.quiet:
        for verdict in verdicts:
            print("\n".join(report.show(verdict)))
    return 0


def iso_command(options):
    menu, verdicts = judge.judge_menu(options.system, options.images, options.memory, every=True)
    refuse_errors(judge.all_errors(menu, verdicts))
    iso.write(menu, verdicts, options.output)
    return 0


def run_command(options):
    menu, verdicts = judge.judge_menu(options.system, options.images, options.memory, options.entry)
    if not options.unchecked or not verdicts:
        refuse_errors(judge.all_errors(menu, verdicts))
    if sys.stdin.isatty() and not options.console:
        print("To leave QEMU: Ctrl-A, then x. For its monitor: Ctrl-A, then c.")
    sys.stdout.flush()
    if wrong := run.boot(verdicts[0], options.memory, options.console, options.gdb, options.qemu):
        raise Refused(wrong)
    return 0


def top_command(options):
    top.show(options.console, options.seconds, options.count)
    return 0


def ask_command(options):
    for line in top.ask(options.console, " ".join(options.words)):
        print(line)
    return 0


def write(file, text):
    if file == "-":
        sys.stdout.write(text)
    else:
        pathlib.Path(file).write_text(text, encoding="utf-8")


def trace_command(options):
    found = trace.read(options.log)
    if options.output:
        write(options.output, json.dumps(trace_json.data(found), indent=1) + "\n")
    if options.svg:
        write(options.svg, trace_svg.draw(found, *options.ms))
    if "-" not in (options.output, options.svg):
        print("\n".join(report.show_trace(found)))
    return 0


def new_command(options):
    for file in new.write(options.kind, options.folder):
        print(file)
    return 0


def main(arguments=None):
    arguments = sys.argv[1:] if arguments is None else arguments
    at = arguments.index("--") if "--" in arguments else len(arguments)
    options = parse(arguments[:at])
    options.qemu = arguments[at + 1:]
    if options.qemu and options.command != "run":
        print("belfry: only `run` takes options for QEMU", file=sys.stderr)
        return 2
    try:
        return globals()[f"{options.command}_command"](options)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # who read has seen enough
        return 0
    except (Refused, OSError) as problem:
        print(f"belfry: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 1
