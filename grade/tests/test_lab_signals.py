# SPDX-License-Identifier: MIT
"""A grading that is stopped, or whose reader leaves: no traceback, and no machine is left running."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from test_lab_grade import HEAD, FakeLab, lab  # noqa: F401  (a fixture)

from glenda.paths import ROOT

PATIENCE = 60           # s


def running(root: Path) -> list[str]:
    """The command lines of processes that know this folder, as QEMU does from its initrd."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = process.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue        # it has just ended
        if str(root) in line:
            found.append(line)
    return found


def wait_for(what: Callable[[], object]) -> bool:
    begun = time.monotonic()
    while not what():
        if time.monotonic() - begun > PATIENCE:
            return False
        time.sleep(0.02)
    return True


def start(lab: FakeLab, *arguments: str) -> subprocess.Popen[str]:  # noqa: F811
    lab.write("grade/labs/lab2.toml", HEAD + lab.tests)
    return subprocess.Popen([sys.executable, "-m", "lab", "grade", "--lab=2", f"--tree={lab.root}", *arguments],
                            cwd=ROOT / "grade", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            start_new_session=True, env=os.environ | {"GLENDA_GRADE_SECRET": "x"})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_a_machine_runs(lab: FakeLab, number: signal.Signals) -> None:  # noqa: F811
    for name in ("busy", "busy_again", "busy_still"):
        lab.add(name, limit=1000)
    grading = start(lab, "-j2")
    assert wait_for(lambda: sum("qemu" in line for line in running(lab.root)) >= 2)
    os.killpg(grading.pid, number)              # as a terminal does: to the whole group
    _, said = grading.communicate(timeout=PATIENCE)
    assert said == f"\nStopped ({number.name}). Nothing is left running.\n" and grading.returncode == 128 + number
    assert wait_for(lambda: not running(lab.root)), running(lab.root)


def test_a_signal_while_it_builds(lab: FakeLab) -> None:  # noqa: F811
    """The build has a session of its own, so the terminal's signal does not reach it."""
    lab.write("Makefile", f"lab-built:\n\t@sh -c 'sleep 1000; : {lab.root}'\n")
    lab.add("good")
    grading = start(lab)
    assert wait_for(lambda: any("sleep 1000" in line for line in running(lab.root)))
    os.killpg(grading.pid, signal.SIGINT)
    _, said = grading.communicate(timeout=PATIENCE)
    assert said.count("\n") == 2 and grading.returncode == 130
    assert wait_for(lambda: not running(lab.root)), running(lab.root)


def test_a_reader_that_leaves(lab: FakeLab) -> None:  # noqa: F811
    for name in ("good", "busy", "silent"):
        lab.add(name)
    grading = start(lab)
    grading.stdout.readline()
    grading.stdout.close()
    assert grading.wait(PATIENCE) == -signal.SIGPIPE and grading.stderr.read() == ""
    assert wait_for(lambda: not running(lab.root)), running(lab.root)
