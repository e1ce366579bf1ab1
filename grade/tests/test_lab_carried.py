# SPDX-License-Identifier: MIT
"""A grading runs tests of the lab before again, without points: they name the exercise of that lab which is wrong."""

import json

import pytest

from test_lab_grade import FakeLab, Graded, lab, rows  # noqa: F401  pylint: disable=unused-import

LATER = """[lab]
number = 3
title = "IPC"
carries = ["good", "wrong", "late"]
[[exercise]]
id = "3.1"
title = "Send"
"""


class TwoLabs:
    """A tree in which lab 3 follows the lab 2 that `lab` is."""

    def __init__(self, earlier: FakeLab) -> None:
        self.earlier = earlier
        self.tests = ""

    def add(self, program: str, exercise: str = "3.1") -> None:
        self.tests += (f'[[test]]\nname = "new_{program}"\nexercise = "{exercise}"\npoints = 7\nkind = "boot"\n'
                       f'program = "{program}"\ncases = ["one", "two"]\nlimit = 0.2\n')

    def grade(self, *arguments: str) -> Graded:
        self.earlier.grade("--test", "good")        # writes lab 2's table
        self.earlier.write("grade/labs/lab3.toml", LATER + self.tests)
        done = self.earlier.call("grade", "--lab", "3", *arguments, GLENDA_GRADE_SECRET="a secret")
        folder = self.earlier.root / "build/grade/lab3"
        return Graded(done.returncode, done.stdout, json.loads((folder / "results.json").read_text()), folder)


@pytest.fixture
def labs(lab: FakeLab) -> TwoLabs:  # noqa: F811
    lab.add("good")
    return TwoLabs(lab)


def test_what_is_wrong_in_the_lab_before_is_named_first(labs: TwoLabs) -> None:
    """The student looks there first. It costs no point here."""
    labs.earlier.add("wrong", exercise="2.3")
    labs.add("good")
    labs.add("early")
    graded = labs.grade()
    assert "\nLab 2  1 of 2 tests that this lab runs again pass (no points)\n" in graded.screen
    assert rows(graded.screen)["wrong"].split() == ["2.3", "wrong", "WRONG", "-"] and "good" not in rows(graded.screen)
    assert "exercise 2.3" in graded.screen and "make hint EX=2.3" in graded.screen
    assert "user/tests/lab2_x.cc:88  error_of(copy), got Ok" in graded.screen
    assert "\nScore 7/14    next: 2.3, then 3.1    2 of 2" not in graded.screen and "\nScore 7/14    next: 2.3, then 3.1    " in graded.screen
    assert graded.tests["carried"] == {"good": {"exercise": "2.2", "kind": "ok"}, "wrong": {"exercise": "2.3", "kind": "WRONG"}}
    assert [test["name"] for test in graded.tests["tests"]] == ["new_good", "new_early"]
    assert (graded.folder / "carried/wrong.log").exists() and not (graded.folder / "wrong.log").exists()


def test_if_it_is_right_one_line_says_so(labs: TwoLabs) -> None:
    labs.add("wrong")
    said = labs.grade().screen
    assert "\nLab 2  all 1 tests that this lab runs again pass (no points)\nScore 0/7    next: 3.1    " in said


def test_what_is_missing_there_is_said_in_one_line(labs: TwoLabs) -> None:
    labs.earlier.add("late", program="todo", exercise="2.3")
    labs.add("todo", exercise="3.1")
    said = labs.grade().screen
    assert rows(said)["late"].split()[:4] == ["2.3", "late", "TO", "DO"] and "next: 2.3" in said


def test_one_test_alone_runs_nothing_else(labs: TwoLabs) -> None:
    labs.add("good")
    graded = labs.grade("--ex", "3.1")
    assert "Lab 2" not in graded.screen and graded.tests["carried"] == {}


def test_a_tree_that_does_not_build_runs_nothing(labs: TwoLabs) -> None:
    labs.add("good")
    labs.grade()
    labs.earlier.write("Makefile", "lab-built:\n\t@echo \"kernel/x.cc:1:1: error: no\"; false\n")
    said = labs.grade().screen
    assert "BUILD" in said and "Lab 2" not in said
