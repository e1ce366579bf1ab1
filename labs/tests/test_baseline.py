# SPDX-License-Identifier: MIT
"""Where the course starts: lab 1's kernel as students get it, in which processes fork, exec, wait, and have memory.

Shows K6. A part of `make check-long`, because that kernel and its programs have to be compiled.
"""

import os
import re
import sys
from pathlib import Path

import pytest
from exporter.course import Course
from exporter.folder import write_folder
from exporter.grader import Grader
from exporter.render import Renderer
from exporter.source import read_folder

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("GLENDA_BUILD", "build")
sys.path.insert(0, str(ROOT / "grade"))

from glenda.machine import Machine  # noqa: E402  (after the path above)
from glenda.shell import Shell  # noqa: E402


@pytest.fixture(scope="module")
def kernel() -> Path:
    """That of lab 1 with nothing solved."""
    course, place = Course(read_folder(ROOT)), BUILD / "labs/baseline"
    write_folder(place, Renderer(course).tree("lab1"))
    return Grader().build(place, course.labs[0].number).kernel


def boot(kernel: Path, **options: str) -> Machine:
    return Machine(kernel, kernel.parents[1] / "initrd.cpio", name="baseline", **options)


@pytest.mark.parametrize("program, output", [
    ("forktree", re.escape("*\n*0\n*00\n*01\n*1\n*10\n*11\n7 processes\n")),
    ("memory", r"(ok   .*\n|memory .* stopped: .*\n){12}"),
    ("sleepers", "slept 10 ms\nslept 20 ms\nslept 30 ms\n")], ids=["forktree", "memory", "sleepers"])
def test_programs(kernel: Path, program: str, output: str) -> None:
    """As the first process: fork and wait; sbrk and mmap; sleep."""
    with boot(kernel, append=f"root=bin/{program}") as machine:
        machine.run_to_exit(within=1)
        text = machine.transcript.rpartition(" is up\n")[2]
        assert re.fullmatch(output + "kernel: the first process has ended\n", text), text


def test_a_shell(kernel: Path) -> None:
    """It forks, and the child execs: also beside a program that runs on."""
    with boot(kernel) as machine:
        shell = Shell(machine)
        assert shell.run("args one two  three") == "1: one\n2: two\n3: three\nargs exited with status 3\n"
        assert re.fullmatch(r".* stopped: store page fault .*\ncrash was stopped\n", shell.run("crash null"))
        assert re.fullmatch(r"\[\d+\] runs in the background\n", shell.run("spin 100 &"))
        assert shell.run("hello", within=0.05).startswith("hello")
        assert shell.run("wait").endswith("exited with status 0\n")
