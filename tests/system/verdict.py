# SPDX-License-Identifier: BSD-2-Clause
"""Judges a boot: success, skip, failure (a check, a crash, a hang) or error (the test is broken)."""
import re

import machine

ENDS = {machine.CONFIG_ERROR: "a configuration error", machine.ALL_EXITED: "all exited with 0",
        machine.NOT_ALL_EXITED: "not all exited with 0", machine.STOPPED: "the hypervisor stopped",
        machine.HUNG: "hang", 0: "crash: the machine was reset or QEMU ended by itself"}


class Failure(AssertionError):
    """What is tested is wrong."""


class Broken(Exception):
    """The test is wrong: it gave no verdict."""


class Skipped(Exception):
    """The guest says that there is nothing to test."""


def said(log, name):
    """The lines of one partition, without its name."""
    return [line[len(name) + 2:] for line in log.split("\r\n") if line.startswith(f"{name}: ")]


def tap(lines, name):
    """Judges one partition's TAP; answers how many checks passed."""
    checks = [found for line in lines if (found := re.match(r"(not )?ok (\d+)\b(.*)", line))]
    plans = [found for line in lines if (found := re.match(r"1\.\.(\d+)(?: # SKIP (.*))?$", line))]
    failed = [found[0] for found in checks if found[1]]
    if failed:
        raise Failure(f"{name}: {len(failed)} of {len(checks)} checks failed: " + "; ".join(failed))
    if len(plans) != 1:
        raise Broken(f"{name}: {len(plans)} plans, expected one")
    if plans[0][2]:
        raise Skipped(plans[0][2])
    numbers = [int(found[2]) for found in checks]
    if not numbers or numbers != list(range(1, int(plans[0][1]) + 1)):
        raise Broken(f"{name}: checks {numbers}, the plan is {plans[0][0]}")
    return len(numbers)


def check_end(status, expected):
    if status != expected:
        raise Failure(f"ended with {status} ({ENDS.get(status, 'QEMU failed')}), "
                      f"expected {expected} ({ENDS[expected]})")


def judge(booted, names=(), expected=machine.ALL_EXITED):
    """Waits for the end of a machine, which is to be `expected`; every partition in `names` must
    have passed. Answers the console's text."""
    status = booted.wait()
    try:
        if status not in (machine.ALL_EXITED, machine.NOT_ALL_EXITED):
            check_end(status, expected)
        for name in names:
            tap(said(booted.log, name), name)
        check_end(status, expected)
    except (Failure, Broken) as problem:
        raise type(problem)(f"{problem}\n{booted.report()}") from None
    return booted.log
