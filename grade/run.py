# SPDX-License-Identifier: MIT
"""Runs and counts the project's tests: `run.py unit`, `run.py grade`, `run.py check` (both, and the layout), `run.py long`.

`long` is what takes too long for `check`: unit tests with ten times the steps, and the tests marked `long`.

Every part writes a JUnit file to build/results; the closing line adds them up. The parts run
side by side: tests on QEMU wait now and then, and the unit tests do not.
"""

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import layout
from glenda import gtest
from glenda.errors import Infrastructure
from glenda.paths import BUILD, CACHE, REPORTS, ROOT, prepare

PYTEST_PASSED, PYTEST_FAILED = 0, 1     # exit statuses; any other is an error of the run itself
UNIT_TESTS = ("kernel_tests", "user_tests")


def say(text: str) -> None:
    print(text, flush=True)


def run_unit() -> list[Path]:
    """Runs the host's unit tests. Shows a program's output only if it fails."""
    reports = []
    for name in UNIT_TESTS:
        report = REPORTS / f"{name}.xml"
        program = BUILD / "unit" / name
        say(f"  TEST     {os.path.relpath(program, ROOT)}")
        if complaint := gtest.run(program, report):
            say(complaint)
        reports.append(report)
    return reports


def run_grade(*selection: str) -> list[Path]:
    """Runs the tests on QEMU, on the machine that SMP and APPEND of make describe, and those of the labs. Many wait: so
    there are two for each processor."""
    report = REPORTS / "qemu.xml"
    workers = str(max(2, os.cpu_count() or 2) * 2)
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-c", "grade/pytest.ini", f"-ocache_dir={CACHE}",
                           "-n", workers, "--dist=loadfile", *selection,
                           f"--harts={os.environ.get('SMP') or 1}", f"--append={os.environ.get('APPEND', '')}",
                           f"--junitxml={report}", "grade/tests", "labs/tests"], cwd=ROOT, check=False)
    if done.returncode not in (PYTEST_PASSED, PYTEST_FAILED):
        report.unlink(missing_ok=True)      # an old report must not count
    return [report]


def run_long() -> list[Path]:
    return run_grade("-m", "long")


def run_style() -> list[Path]:
    """Checks the layout of the sources. Reports the check as skipped if clang-format has another version."""
    failed, skipped = False, False
    try:
        if complaints := layout.complaints():
            say("The layout of these differs from `make format`:\n" + complaints[:4000])
            failed = True
    except layout.WrongVersion as error:
        say(f"  SKIPPED  the layout of the sources: {error}")
        skipped = True
    suite = ElementTree.Element("testsuite", tests="1", failures=str(int(failed)), skipped=str(int(skipped)))
    report = REPORTS / "style.xml"
    ElementTree.ElementTree(suite).write(report)
    return [report]


def count(report: Path) -> tuple[int, int, int]:
    """Counts the tests that passed, failed and were skipped. A missing or empty report is a failure."""
    try:
        root = ElementTree.parse(report).getroot()
    except (OSError, ElementTree.ParseError):
        say(f"{report.name}: no results: the program did not run to its end")
        return 0, 1, 0
    suites = [root] if root.tag == "testsuite" else list(root.iter("testsuite"))
    total, failed, skipped = 0, 0, 0
    for suite in suites:
        total += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0)) + int(suite.get("disabled", 0))
    if total == 0:
        say(f"{report.name}: no tests ran")
        failed += 1
    return max(total - failed - skipped, 0), failed, skipped


def main() -> int:
    parts = {"unit": [run_unit], "grade": [run_grade], "check": [run_style, run_unit, run_grade],
             "long": [run_unit, run_long]}
    if len(sys.argv) != 2 or sys.argv[1] not in parts:
        say(f"usage: {sys.argv[0]} unit|grade|check|long")
        return 2
    try:
        prepare()
    except Infrastructure as error:
        say(str(error))
        return 1
    if sys.argv[1] == "long":
        os.environ["GLENDA_LONG"] = "1"        # for grade/unit/steps.h
    for old in REPORTS.glob("*.xml"):
        old.unlink()
    with ThreadPoolExecutor() as side_by_side:
        running = [side_by_side.submit(part) for part in parts[sys.argv[1]]]
    counts = [count(report) for part in running for report in part.result()]
    if sys.argv[1] == "check":
        say("Some tests take too long for this: make check-long")
    passed, failed, skipped = (sum(column) for column in zip(*counts))
    say(f"{passed} passed, {failed} failed, {skipped} skipped" if skipped else f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
