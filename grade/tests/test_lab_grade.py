# SPDX-License-Identifier: MIT
"""The student's grader: each kind of failure is provoked, by a guest that pretends to be a kernel."""

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import NamedTuple

import pytest

from glenda import guests
from glenda.paths import ROOT
from lab.screen import FEW_LINES, WIDTH, folded

HEAD = """[lab]
number = 2
title = "Capabilities"
[[exercise]]
id = "2.2"
title = "Find a capability"
section = "find-a-capability"
places = [{file = "kernel/cap/cnode.cc", function = "find_slot"}]
hints = ["look"]
[[exercise]]
id = "2.3"
title = "Take"
"""
# The program of a test: the kind of its verdict, and a piece of what the screen says.
KINDS = {
    "good": ("ok", ""),
    "silent": ("NO BOOT", "no greeting of the kernel: busy"),
    "off": ("NO BOOT", "the machine went off"),
    "todo": ("TO DO", "exercise 2.3 is missing (Slot::take, kernel/cap/slot.cc)"),
    "panic": ("PANIC", "trap in the kernel: store page fault at 0x20"),
    "panic_flood": ("PANIC", "trap in the kernel"),
    "busy": ("HANG", "busy: not finished after 0.2 s of the guest's time"),
    "idle": ("HANG", "idle: everything waits"),
    "nap": ("HANG", "mostly asleep"),
    "flood": ("HANG", "it prints without end"),
    "early": ("ENDED", "it ended before the last case"),
    "wrong": ("WRONG", "user/tests/lab2_x.cc:88  error_of(copy), got Ok, not InvalidCapability"),
    "wrong_hang": ("HANG", "user/tests/lab2_x.cc:88  error_of(copy), got Ok"),
    "leak": ("LEAK", "used == 0, got 0x40"),
    "broken": ("LEAK", "a slot is in the derivation tree twice"),
    "fixed": ("FORGED", "`ok one` does not come from the test's program"),
    "replayed": ("FORGED", "does not come from the test's program"),
    "summary": ("FORGED", "but 0 results"),
    "odd": ("ok", ""),
    "odd_wrong": ("WRONG", "?[31mred?[0m?"),
}


class Graded(NamedTuple):
    status: int
    screen: str
    tests: dict[str, dict]
    folder: Path


class FakeLab:
    """A tree with a lab, whose kernel is built already."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("Makefile", f"lab-built:\n\t@echo built '{guests.build('pretend')}' '{root}/initrd'\n")
        self.write("initrd", "")
        self.tests = ""

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def add(self, name: str, **keys: object) -> None:
        """Adds a test to lab.toml; without more it is a boot of the program of that name."""
        table = {"name": name, "exercise": "2.2", "points": 5, "kind": "boot", "program": name, "cases": ["one", "two"],
                 "limit": 0.2} | keys
        self.tests += "[[test]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())

    def grade(self, *arguments: str, secret: str = "a secret", **environment: str) -> Graded:
        self.write("grade/labs/lab2.toml", HEAD + self.tests)
        done = self.call("grade", "--lab", "2", *arguments, GLENDA_GRADE_SECRET=secret, **environment)
        folder = self.root / "build" / "grade" / "lab2"
        results = folder / "results.json"
        tests = {test["name"]: test for test in json.loads(results.read_text())["tests"]} if results.exists() else {}
        return Graded(done.returncode, done.stdout, tests, folder)

    def call(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "lab", *command, f"--tree={self.root}"], cwd=ROOT / "grade",
                              capture_output=True, encoding="utf-8", errors="replace", check=False, timeout=280,
                              env=os.environ | environment)


@pytest.fixture
def lab(tmp_path: Path) -> FakeLab:
    return FakeLab(tmp_path)


def without_time(screen: str) -> str:
    """The transcript without its last line."""
    lines = screen.splitlines()
    assert re.match(r"  \d+\.\d s ", lines[-1])
    return "\n".join(lines[:-1])


def rows(screen: str) -> dict[str, str]:
    """The line of each test."""
    return {match[1]: match[0] for match in re.finditer(r"^  \d\.\d+ +(\S+) .*$", screen, re.MULTILINE)}


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """A grading with every kind."""
    lab = FakeLab(tmp_path_factory.mktemp("every"))
    for program in KINDS:
        lab.add(program)
    return lab.grade()


@pytest.mark.parametrize("program", KINDS)
def test_kinds(every: Graded, program: str) -> None:
    kind, words = KINDS[program]
    test = every.tests[program]
    assert test["extra_data"]["kind"] == kind
    assert rows(every.screen)[program].split()[2:][:len(kind.split())] == kind.split()
    assert words in every.screen and words in "\n".join([test["output"], every.screen])
    assert test["score"] == (5 if kind == "ok" else 0) and test["max_score"] == 5
    assert test["status"] == ("passed" if kind == "ok" else "failed")


def test_the_screen_says_how_to_go_on(every: Graded) -> None:
    assert every.status == 0, "every test could be run"
    assert "Score 10/100    next: 2.2" in every.screen
    assert ('exercise 2.2 find_slot, kernel/cap/cnode.cc   handout: lab2 "Find a capability"   make hint EX=2.2\n'
            "       log build/grade/lab2/wrong.log   again, recorded: make record TEST=wrong") in every.screen
    assert "user/tests/lab2_x.cc:89  value == 7" in every.screen
    assert re.search(r"#0 pass  grade/tests/guests/pretend.c:\d+\n +#1 find_line  grade/tests/guests/pretend.c:\d+",
                     every.screen.replace(f"{ROOT}/", ""))
    assert re.search(r"hart 0 is in hang, \S*pretend.c:\d+", every.screen)


def test_logs_are_bounded(every: Graded) -> None:
    log = (every.folder / "flood.log").read_text()
    assert 200_000 < len(log) < 300_000 and log.count("all work and no play\n") > 1000
    assert (every.folder / "panic_flood.log").stat().st_size < 300_000


def test_nothing_of_a_guest_reaches_the_terminal_as_control_character(every: Graded) -> None:
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", every.screen)


def test_result_files(every: Graded) -> None:
    suite = ElementTree.parse(every.folder / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("20", "18", "0")
    assert (every.folder / "results.txt").read_text() == without_time(every.screen) + "\n"
    found = json.loads((every.folder / "results.json").read_text())
    assert found["score"] == 10 and found["output"] == "Score 10/100" and found["whole"]
    assert {"name", "number", "score", "max_score", "status", "output", "visibility", "tags"} <= found["tests"][0].keys()


def test_the_same_submission_gives_the_same_transcript(lab: FakeLab) -> None:
    for program in ("good", "busy", "idle", "panic", "flood", "wrong", "broken"):
        lab.add(program)
    first = lab.grade("-j1")
    files = {path.name: path.read_bytes() for path in first.folder.iterdir() if path.name != "times.json"}
    again = lab.grade("-j7")
    assert without_time(again.screen) == without_time(first.screen)
    assert {name: (again.folder / name).read_bytes() for name in files} == files
    other = lab.grade("--test", "good", secret="another secret")
    assert other.tests["good"]["score"] == 5
    assert (other.folder / "good.log").read_bytes() != files["good.log"], "its nonce is another"


def test_dependents_of_a_missing_exercise_take_one_line(lab: FakeLab) -> None:
    lab.add("todo", exercise="2.3")
    lab.add("todo_again", exercise="2.4", needs=["2.3", "2.4"])
    lab.add("good")
    screen = without_time(lab.grade().screen)
    lines = screen.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("  2.")] == ["good", "todo", "todo_again"]
    assert lines[-2] == "  2.4  todo_again               TO DO      0/5   needs 2.3"
    assert lines[-1] == "Score 5/15    next: 2.3, then 2.4    1 of 3 tests ran to their end"


def test_a_long_reason_is_folded() -> None:
    reason = "`hello` prints " + "word " * 50 + "end"
    lines = folded(reason, "       ")
    assert len(lines) == 2 and max(map(len, lines)) <= WIDTH + 7
    assert " ".join(" ".join(lines).split()) == reason
    assert len(folded("word " * 1000, "")) == FEW_LINES and folded("", "  ") == [""]


def test_what_may_follow_from_an_earlier_failure_is_short(lab: FakeLab) -> None:
    lab.add("wrong")
    lab.add("early", exercise="2.3", needs=["2.2", "2.3"])
    screen = lab.grade().screen
    assert "may follow from 2.2; log build/grade/lab2/early.log" in screen
    assert screen.count("make hint") == 1


def test_one_test_or_exercise(lab: FakeLab) -> None:
    lab.add("good")
    lab.add("off", exercise="2.3")
    one = lab.grade("--ex", "2.3")
    assert set(one.tests) == {"off"} and "Score 0/5 of what was run" in one.screen
    assert set(lab.grade("--test", "good").tests) == {"good"}
    known = json.loads((one.folder / "known.json").read_text())
    assert {name: each["kind"] for name, each in known.items()} == {"good": "ok", "off": "NO BOOT"}
    assert lab.grade("--strict", "--test", "good").status == 0
    assert lab.grade("--strict").status == 1
    assert lab.grade("--test", "goof").status == 2


def test_a_machine_that_cannot_run_is_nobodys_fault(lab: FakeLab, tmp_path: Path) -> None:
    """QEMU that ends at once: no verdict on the student's code, and exit status 2."""
    lab.add("good")
    broken = lab.write("qemu", '#!/bin/sh\n[ "$1" = --version ] && echo "QEMU emulator version 9.0.0" && exit 0\nexit 1\n')
    broken.chmod(0o755)
    graded = lab.grade(QEMU=str(broken))
    assert graded.status == 2 and graded.tests["good"]["extra_data"]["kind"] == "INFRA"
    assert lab.grade(QEMU="/nowhere/qemu").status == 2


def test_first_error_of_the_build(lab: FakeLab) -> None:
    """The same, whichever of several compilations is quicker; and host tests still run."""
    lab.write("Makefile", "lab-built: b.o a.o\n%.o: %.cc\n\tg++ -c $< -o $@\n")
    lab.write("a.cc", "int good;\nint wrong = nothing;\n")
    lab.write("b.cc", "int b = also_nothing;\n")
    lab.add("good")
    first = lab.grade("-j1")
    assert "BUILD  a.cc:2  'nothing' was not declared in this scope" in first.screen
    assert first.tests["good"]["extra_data"]["kind"] == "BUILD" and first.status == 0
    assert without_time(lab.grade("-j4").screen) == without_time(first.screen)


def test_a_build_without_end(lab: FakeLab) -> None:
    lab.write("Makefile", "lab-built:\n\tyes all work and no play\n")
    lab.add("good")
    graded = lab.grade()
    assert "BUILD  the build prints without end" in graded.screen
    assert (graded.folder / "build.log").stat().st_size < 10 << 20


def test_a_line_that_does_not_fit_is_the_labs_fault(lab: FakeLab) -> None:
    lab.add("good", cases=["a_very_long_name_of_a_case_0123456789"] * 4)
    assert lab.grade().status == 2
