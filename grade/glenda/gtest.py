# SPDX-License-Identifier: MIT
"""Runs a GoogleTest program and kills it if a test hangs. The failure names the test.

The limits are on processor time, so a busy host makes no difference. A test that waits forever uses none: its program
is killed after it has slept for ASLEEP_LIMIT.
"""

import os
import re
import select
import signal
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import NamedTuple

from .paths import ROOT
from .watch import processor_time, sleeps

TEST_LIMIT = 30.0           # s of processor time for one test; the longest of ours takes 6
PROGRAM_LIMIT = 300.0       # s of processor time for one program; the longer of ours takes 40
ASLEEP_LIMIT = 60.0         # s of real time that a program may sleep without printing anything
LOOK = 0.1                  # s between two checks of a program that prints nothing
TAIL = 20_000               # characters of output to show on a failure

STARTS = re.compile(r"^\[ RUN      \] (\S+)$")
PASSES = re.compile(r"^\[       OK \] |^\[  SKIPPED \] ")
FAILS = re.compile(r"^\[  FAILED  \] ")
DULL = re.compile(r"^\[(?: RUN      |       OK |----------|==========)\] ")     # not shown on a failure


class Limits(NamedTuple):
    """In seconds, as above."""
    test: float = TEST_LIMIT
    program: float = PROGRAM_LIMIT
    asleep: float = ASLEEP_LIMIT


class Progress:
    """Follows a program's output: which test is running, how many have ended, and whether a limit is reached."""

    def __init__(self, pid: int, limits: Limits) -> None:
        self._pid, self._limits = pid, limits
        self._line = ""
        self._begun_at, self._used, self._moved_at = 0.0, 0.0, time.monotonic()
        self.test, self.passed, self.failed, self.output = "", 0, 0, ""

    @property
    def place(self) -> str:
        return self.test or "the program, between two tests,"

    def feed(self, text: str) -> None:
        """Processes output of the program."""
        self._moved_at = time.monotonic()
        *lines, rest = (self._line + text).split("\n")
        self._line = rest[-TAIL:]
        for line in lines:
            self._take(line)

    def _take(self, line: str) -> None:
        if start := STARTS.match(line):
            self.test, self._begun_at = start[1], processor_time(self._pid)
        elif self.test and PASSES.match(line):
            self.test, self.passed = "", self.passed + 1
        elif self.test and FAILS.match(line):
            self.test, self.failed = "", self.failed + 1
        if not DULL.match(line):
            self.output = f"{self.output}{line}\n"[-TAIL:]

    def limit_reached(self) -> str:
        """The reason to kill the program now, or ""."""
        used, now = processor_time(self._pid), time.monotonic()
        if used != self._used or not sleeps(self._pid):     # a busy host may delay it
            self._used, self._moved_at = used, now
        if self.test and used - self._begun_at > self._limits.test:
            return f"has used {self._limits.test:g} s of processor time"
        if used > self._limits.program:
            return f"has brought the program to its {self._limits.program:g} s of processor time"
        if now - self._moved_at > self._limits.asleep:
            return f"has been asleep for {self._limits.asleep:g} s"
        return ""


def _follow(child: subprocess.Popen, progress: Progress) -> str:
    """Reads until the output ends (""), or until the program must be killed (the reason)."""
    while True:
        if select.select([child.stdout], [], [], LOOK)[0]:
            data = os.read(child.stdout.fileno(), 1 << 16)
            if not data:
                return ""
            progress.feed(data.decode(errors="replace"))
        if reason := progress.limit_reached():
            return reason


def _has_failures(report: Path) -> bool:
    try:
        root = ElementTree.parse(report).getroot()
    except (OSError, ElementTree.ParseError):
        return False
    return int(root.get("failures", 0)) + int(root.get("errors", 0)) > 0


def _write_report(report: Path, program: str, progress: Progress, message: str) -> None:
    """Writes the report that GoogleTest would write at the end, with the test that did not end as a failure."""
    total, failed = progress.passed + progress.failed + 1, progress.failed + 1
    suite = ElementTree.Element("testsuite", name=program, tests=str(total), failures=str(failed))
    case = ElementTree.SubElement(suite, "testcase", classname=program, name=progress.place)
    ElementTree.SubElement(case, "failure", message=message)
    ElementTree.ElementTree(suite).write(report)


def run(program: Path, report: Path, limits: Limits = Limits()) -> str:
    """Runs the program and writes its JUnit report. Returns "" if every test passed, else the failure to print."""
    report.unlink(missing_ok=True)
    child = subprocess.Popen([program, f"--gtest_output=xml:{report}"], cwd=ROOT, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    progress = Progress(child.pid, limits)
    reached = "has not run to its end"
    try:
        reached = _follow(child, progress)
    finally:
        if reached:
            os.killpg(child.pid, signal.SIGKILL)
        status = child.wait()
        child.stdout.close()
    if status == 0 and report.exists():
        return ""
    if reached:
        message = f"{progress.place} {reached}: it hangs, and was ended"
    elif _has_failures(report):
        return progress.output
    else:
        how = f"signal {-status} ({signal.strsignal(-status)})" if status < 0 else f"status {status}"
        message = f"{progress.place} has ended the program with {how}"
    _write_report(report, program.name, progress, message)
    return f"{progress.output}  FAIL     {program.name}: {message}; the tests behind it have not run\n"
