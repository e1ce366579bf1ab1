# SPDX-License-Identifier: MIT
"""The student's grader: each kind of failure is provoked, by a guest that pretends to be a kernel. Shows Z6."""

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
from lab import screen

HEAD = """[lab]
number = 2
title = "Capabilities"
[[exercise]]
id = "2.2"
title = "Find a capability"
section = "find-a-capability"
places = [{file = "kernel/cap/cnode.cc", function = "find_slot"}, {file = "kernel/cap/slot.cc", function = "Slot::take"}]
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
    "todo_service": ("TO DO", "exercise 2.3 is missing (Slot::take, kernel/cap/slot.cc)"),
    "panic": ("PANIC", "trap in the kernel: store page fault at 0x20"),
    "panic_flood": ("PANIC", "trap in the kernel"),
    "busy": ("HANG", "busy: not finished after 0.2 s of the guest's time, in case two"),
    "idle": ("HANG", "idle: everything waits"),
    "nap": ("HANG", "mostly asleep"),
    "flood": ("HANG", "it prints without end"),
    "early": ("ENDED", "it ended before the last case"),
    "wrong": ("WRONG", "user/tests/lab2_x.cc:88  error_of(copy), got Ok, wanted InvalidCapability"),
    "wrong_hang": ("HANG", "user/tests/lab2_x.cc:88  error_of(copy), got Ok"),
    "leak": ("LEAK", "used == 0, got 64, wanted 0"),
    "broken": ("BROKEN", "an invariant of the kernel is broken: a slot is in the derivation tree twice"),
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


def unwrapped(text: str) -> str:
    """Without what a narrow screen changes."""
    return re.sub(r"\s+", " ", text)


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
    assert unwrapped(words) in unwrapped(every.screen)
    assert test["score"] == (5 if kind == "ok" else 0) and test["max_score"] == 5
    assert test["status"] == ("passed" if kind == "ok" else "failed")


def test_the_screen_says_how_to_go_on(every: Graded) -> None:
    assert every.status == 0, "every test could be run"
    assert f"Score 10/{5 * len(KINDS)}    next: 2.2, then 2.3" in every.screen
    assert ("       exercise 2.2 find_slot, kernel/cap/cnode.cc; Slot::take,\n"
            '         kernel/cap/slot.cc   handout: lab2 "Find a capability"\n'
            "       make hint EX=2.2\n"
            "       log build/grade/lab2/wrong.log   again, recorded: make record TEST=wrong\n") in every.screen
    assert "user/tests/lab2_x.cc:89  value == 7" in every.screen


def test_a_test_of_one_file_names_that_alone(lab: FakeLab) -> None:
    lab.add("wrong", about=["kernel/cap/slot.cc"])
    assert "       exercise 2.2 Slot::take, kernel/cap/slot.cc\n" in lab.grade().screen


def test_stacks_name_the_lines_of_the_calls(every: Graded) -> None:
    """A return address belongs to the line after the call: one less does not."""
    source = "grade/tests/guests/pretend.c"
    lines = (ROOT / source).read_text().splitlines()
    called = next(number for number, line in enumerate(lines, 1) if "the line that the stack names" in line)
    said = every.screen.replace(f"{ROOT}/", "")
    assert re.search(rf"#0 pass  {source}:\d+\n +#1 panic_on_trap  {source}:{called}\n", said)
    hang, more = (next(number for number, line in enumerate(lines, 1) if line.strip() == text) for text in
                  ('for (;;) asm volatile("" ::: "memory");', "hang();"))
    assert re.search(rf"in case two\n +#0 hang  {source}:{hang}\n +#1 look_for_more  {source}:{more}\n +#2 main  {source}:\d+\n",
                     said)


def test_logs_are_bounded(every: Graded) -> None:
    log = (every.folder / "flood.log").read_text()
    assert 200_000 < len(log) < 300_000 and log.count("all work and no play\n") > 1000
    assert (every.folder / "panic_flood.log").stat().st_size < 300_000


def test_nothing_of_a_guest_reaches_the_terminal_as_control_character(every: Graded) -> None:
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", every.screen)


def test_result_files(every: Graded) -> None:
    suite = ElementTree.parse(every.folder / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == (str(len(KINDS)), str(len(KINDS) - 2), "0")
    assert (every.folder / "results.txt").read_text() == without_time(every.screen) + "\n"
    found = json.loads((every.folder / "results.json").read_text())
    assert found["score"] == 10 and found["output"] == f"Score 10/{5 * len(KINDS)}" and found["whole"]
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
    lines = lab.grade().screen.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("  2.")] == ["good", "todo", "todo_again"]
    assert lines[-3] == "  2.4  todo_again               TO DO      0/5   needs 2.3"
    assert lines[-2] == "Score 5/15    next: 2.3    1 of 3 tests ran to their end"


def test_what_may_follow_from_an_earlier_failure_is_short(lab: FakeLab) -> None:
    lab.add("wrong")
    lab.add("early", exercise="2.3", needs=["2.2", "2.3"])
    said = lab.grade().screen
    assert "\n       may follow from 2.2   log build/grade/lab2/early.log\n       again, recorded" in said
    assert said.count("make hint") == 1


def test_the_next_step_is_what_is_missing(lab: FakeLab) -> None:
    """The first exercise, of whichever lab: that of a test which meets it may be a later one."""
    lab.add("todo", exercise="2.4", needs=["2.3", "2.4"])
    assert "next: 2.3  " in lab.grade().screen
    lab.add("wrong", exercise="2.10")
    assert "next: 2.3, then 2.10  " in lab.grade().screen


def test_the_screen_fits_a_terminal(every: Graded, lab: FakeLab) -> None:
    """80 columns, and nothing is left out. Only what is one word, or a picture, may be longer."""
    long = [line for line in every.screen.splitlines() if len(line) > screen.COLUMNS and " " in line.strip()]
    assert not [line for line in long if "|" not in line and "/" not in line], long
    why = "a script says at length what it has seen, and what it would rather have seen, until nothing fits: see the end"
    lab.write("grade/labs/lab2_long.py", f'def run(tree):\n    assert False, "{why}"\n')
    lab.add("a_script_with_a_long_name", kind="script", script="grade/labs/lab2_long.py")
    said = lab.grade().screen
    assert why in unwrapped(said) and max(map(len, said.splitlines())) <= screen.COLUMNS


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


def test_an_error_of_the_assembler(lab: FakeLab) -> None:
    """It names a file of the compiler's, which has another name each time."""
    lab.write("Makefile", "lab-built: a.o\n%.o: %.cc\n\tg++ -c $< -o $@\n")
    lab.write("a.cc", 'asm("wrong");\n')
    lab.add("good")
    graded = lab.grade()
    assert "BUILD  assembly:" in graded.screen and "no such instruction: `wrong'" in unwrapped(graded.screen)
    log = (graded.folder / "build.log").read_text()
    assert without_time(lab.grade().screen) == without_time(graded.screen) and (graded.folder / "build.log").read_text() == log


def test_a_build_without_end(lab: FakeLab) -> None:
    lab.write("Makefile", "lab-built:\n\tyes all work and no play\n")
    lab.add("good")
    graded = lab.grade()
    assert "BUILD  the build prints without end" in graded.screen
    assert (graded.folder / "build.log").stat().st_size < 10 << 20


def test_a_line_that_does_not_fit_is_the_labs_fault(lab: FakeLab) -> None:
    lab.add("good", cases=["a_very_long_name_of_a_case_0123456789"] * 4)
    assert lab.grade().status == 2
