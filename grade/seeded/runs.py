# SPDX-License-Identifier: MIT
"""Runs one claim on a built tree and says what came of it.

Only a test that fails by itself counts: a check that says what is wrong, or a crash inside a test that is named. What
has to be stopped is a hang, also where the harness notices at once that the guest sleeps for ever.
"""

import enum
import os
import re
import resource
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from glenda import ktest
from glenda.errors import GuestDeadline, GuestFailure, GuestIdle, KernelPanic
from glenda.machine import Machine

from .faults import BootClaim, GradeClaim, UnitClaim

UNIT_CPU_LIMIT = 15         # s of processor time for the tests of a filter
UNIT_WALL_LIMIT = 300.0     # s; only for what sleeps: a slow host does not change the other
UNIT_MEMORY_MB = 4096
UNIT_OUTPUT = 64 << 20      # bytes
BOOT_LIMIT = 2.0            # s of guest time
GRADE_LIMIT = 300.0         # s on the wall; these tests have limits of their own
SMP_BOOT_LIMIT = 20.0       # the same with several harts, where the host's pace counts (glenda/watch.py)
SANITIZERS = {"ASAN_OPTIONS": f"hard_rss_limit_mb={UNIT_MEMORY_MB}:detect_leaks=0"}


class Kind(enum.Enum):
    FAILED = "failed"       # a check in a named test
    CRASHED = "crashed"     # a named unit test: a signal, or what a sanitizer found
    PANICKED = "panicked"   # the kernel, under a test program that had begun
    PASSED = "passed"
    HUNG = "hung"           # it had to be stopped
    BROKEN = "broken"       # neither: it did not begin, or ended without a word

    @property
    def is_caught(self) -> bool:
        return self in (Kind.FAILED, Kind.CRASHED, Kind.PANICKED)


@dataclass(frozen=True)
class Verdict:
    kind: Kind
    test: str = ""          # the one that failed, or ran last
    reason: str = ""        # one line

    def __str__(self) -> str:
        return f"{self.kind.value}: {self.test or 'no test'}" + (f": {self.reason}" if self.reason else "")


# --- unit tests on the host -------------------------------------------------------------------------------

def _limit(process: int) -> None:
    resource.prlimit(process, resource.RLIMIT_CPU, (UNIT_CPU_LIMIT, UNIT_CPU_LIMIT + 1))
    resource.prlimit(process, resource.RLIMIT_FSIZE, (UNIT_OUTPUT, UNIT_OUTPUT))
    resource.prlimit(process, resource.RLIMIT_CORE, (0, 0))


def run_unit(program: Path, claim: UnitClaim, log: Path) -> Verdict:
    """The tests of a filter, up to the first that fails. All that they print goes to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [program, f"--gtest_filter={claim.filter}", "--gtest_fail_fast", "--gtest_color=no"]
    with (log.open("wb") as out,
          subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                           env={**os.environ, **SANITIZERS}) as process):
        try:
            _limit(process.pid)
            status = process.wait(UNIT_WALL_LIMIT)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            process.kill()      # whatever ended the waiting
    return unit_verdict(log.read_text(encoding="utf-8", errors="replace"), status)


def unit_verdict(output: str, status: int | None) -> Verdict:
    """`status`: as subprocess gives it, minus the signal that ended it; None for one that was stopped by the clock."""
    begun = re.findall(r"^\[ RUN      \] (\S+)", output, re.MULTILINE)
    last = begun[-1] if begun else ""
    if status is None:
        return Verdict(Kind.HUNG, last, f"not done in {UNIT_WALL_LIMIT:.0f} s")
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        return Verdict(Kind.HUNG, last, f"not done in {UNIT_CPU_LIMIT} s of processor time")
    if status == -signal.SIGXFSZ:
        return Verdict(Kind.HUNG, last, "it prints without end")
    if "hard rss limit exhausted" in output:
        return Verdict(Kind.HUNG, last, "it takes memory without end")
    if failed := re.search(r"^\[  FAILED  \] (\w+\.\w+)", output, re.MULTILINE):
        reason = re.search(r"^(\S+:\d+): Failure\n((?:.+\n)*)", output, re.MULTILINE)
        return Verdict(Kind.FAILED, failed[1], f"{reason[1]}: {' '.join(reason[2].split())[:100]}" if reason else "")
    if status == 0:
        ran = re.search(r"^\[  PASSED  \] [1-9]", output, re.MULTILINE)
        return Verdict(Kind.PASSED, last) if ran else Verdict(Kind.BROKEN, "", "the filter takes no test")
    if not last:
        return Verdict(Kind.BROKEN, "", f"ended with status {status} before the first test")
    found = re.search(r"^(?:SUMMARY: (\w+: .*)|.*(runtime error: .*)|terminate called.*)$", output, re.MULTILINE)
    what = (found[1] or found[2] or found[0]) if found else f"ended with status {status}"
    return Verdict(Kind.CRASHED, last, what[:140])


# --- programs on QEMU -------------------------------------------------------------------------------------

def end_of_boot(claim: BootClaim) -> str:
    """Where there is no need to run on: the failure of a case that claims the fault, or the summary."""
    cases = "|".join(claim.cases) or r"\w+"
    return rf"^FAIL (?:{cases}): .*\n|^ktest: \d+ passed, \d+ failed$"


def run_boot(kernel: Path, initrd: Path, claim: BootClaim, name: str) -> Verdict:
    """A test program up to its first failure, or its end. The console is in build/grade/NAME.log."""
    options = f"root=bin/{claim.program} {claim.options}".strip()
    with Machine(kernel, initrd, harts=claim.harts, append=options, name=name) as machine:
        try:
            machine.expect(end_of_boot(claim), within=BOOT_LIMIT if claim.harts == 1 else SMP_BOOT_LIMIT)
            return boot_verdict(machine.transcript, claim)
        except KernelPanic as error:
            return boot_verdict(machine.transcript, claim, Kind.PANICKED, str(error))
        except (GuestDeadline, GuestIdle) as error:
            return boot_verdict(machine.transcript, claim, Kind.HUNG, str(error))
        except GuestFailure as error:
            return boot_verdict(machine.transcript, claim, Kind.BROKEN, str(error))


def boot_verdict(transcript: str, claim: BootClaim, kind: Kind = Kind.BROKEN, reason: str = "") -> Verdict:
    """`kind` and `reason`: of how it ended, where no check failed and it did not come to its end."""
    failed = re.findall(r"^FAIL (\w+): (.*)$", transcript, re.MULTILINE)
    for case, what in failed:
        if not claim.cases or case in claim.cases:
            return Verdict(Kind.FAILED, f"{claim.program}.{case}", what[:140])
    passed = re.findall(r"^ok (\w+)$", transcript, re.MULTILINE)
    last = f"{claim.program}, after {passed[-1]}" if passed else claim.program
    summary = ktest.SUMMARY.search(transcript)
    if summary is not None:     # if others failed, those that claim the fault have not
        return Verdict(Kind.PASSED, claim.program, f"but {failed[0][0]} failed" if failed else "")
    if kind is Kind.PANICKED and not passed:
        kind, reason = Kind.BROKEN, f"panic before the first test: {reason}"
    return Verdict(kind, last, re.sub(r"\s+", " ", reason)[:140])


# --- tests of grade/tests ---------------------------------------------------------------------------------

def run_grade(tree: Path, claim: GradeClaim, log: Path) -> Verdict:
    """A test of the harness, run in the scratch tree, with the kernel that was built there."""
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-c", "grade/pytest.ini", f"grade/tests/{claim.test}"]
    with log.open("wb") as out:
        try:
            status = subprocess.run(command, cwd=tree, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                    env={**os.environ, "GLENDA_BUILD": "build"}, check=False,
                                    timeout=GRADE_LIMIT).returncode
        except subprocess.TimeoutExpired:
            status = None
    return grade_verdict(log.read_text(encoding="utf-8", errors="replace"), status, claim)


def grade_verdict(output: str, status: int | None, claim: GradeClaim) -> Verdict:
    """`status`: pytest's, None for one that was stopped by the clock."""
    if status is None:
        return Verdict(Kind.HUNG, claim.test, f"not done in {GRADE_LIMIT:.0f} s")
    failed = re.search(r"^FAILED grade/tests/(\S+)(?: - (.*))?$", output, re.MULTILINE)
    if status == 1 and failed is not None:
        reason = " ".join(re.findall(r"^E +(\S.*)$", output, re.MULTILINE)) or failed[2] or ""
        stopped = re.search(r"\b(GuestDeadline|GuestIdle)\b", reason)
        broken = "Infrastructure" in reason
        return Verdict(Kind.HUNG if stopped else Kind.BROKEN if broken else Kind.FAILED, failed[1], reason[:140])
    if status == 0 and re.search(r"^\d+ passed", output, re.MULTILINE):
        return Verdict(Kind.PASSED, claim.test)
    return Verdict(Kind.BROKEN, claim.test, f"pytest ended with status {status}, and no test passed or failed")
