# SPDX-License-Identifier: MIT
"""Wrong solutions of one lab are tried in the next, whose grader runs the lab's tests again: is the right exercise named?"""

from dataclasses import replace
from pathlib import Path

import pytest
from exporter import mutant_carried
from exporter.course import Course
from exporter.mutant_carried import Carried, in_screens_order, lasting, named
from exporter.mutant_trials import first_failure
from exporter.source import read_folder
from solved_tree import SolvedTree, complaints
from test_mutants import FakePlace, a_mutant

LAB3 = "labs/lab3/lab.toml"


@pytest.fixture
def course(solved: SolvedTree) -> Course:
    """Lab 3 runs both of lab 2's tests again."""
    solved.replace(LAB3, "number = 3\n", 'number = 3\ncarries = ["slots_moved", "slots_found"]\n')
    return Course(read_folder(solved.root))


def test_the_tests_come_as_on_the_screen(course: Course) -> None:
    assert [test.name for test in in_screens_order(course.lab(2), course.lab(3).carries)] == ["slots_found", "slots_moved"]


@pytest.mark.parametrize("kinds, name", [({}, ""), ({"slots_moved": "WRONG"}, "2.2"), ({"slots_found": "HANG"}, "2.1"),
                                         ({"slots_found": "PANIC", "slots_moved": "WRONG"}, "2.1")])
def test_the_first_failure_names_the_exercise(course: Course, kinds: dict[str, str], name: str) -> None:
    """In whatever way it fails: so it is on the screen."""
    tests = in_screens_order(course.lab(2), course.lab(3).carries)
    place = FakePlace({("2.1-x", test): kind for test, kind in kinds.items()})
    assert named(first_failure(place, a_mutant(), tests), tests) == name
    assert place.said[-1] == "2.1-x restored"


def test_what_the_next_lab_does_not_run_is_left_out(course: Course) -> None:
    """A wrong solution is tried if its text is in the next lab's tree, outside the lab's own folder."""
    known = {mutant.id for mutant in lasting(course, course.lab(2), course.lab(3))}
    assert known and lasting(course, course.lab(1), course.lab(2)) == [] != known


def test_what_only_hidden_tests_see_is_left_out(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests that run again are published."""
    known = lasting(course, course.lab(2), course.lab(3))
    hidden, *others = [replace(mutant, expect=("hidden",)) if mutant is known[0] else mutant for mutant in known]
    monkeypatch.setattr(mutant_carried, "mutants_of", lambda *_: [hidden, *others])
    assert lasting(course, course.lab(2), course.lab(3)) == others


@pytest.mark.parametrize("kind, count", [("WRONG", 0), ("", 1)])
def test_too_few_are_a_complaint(course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
                                 tmp_path: Path, kind: str, count: int) -> None:
    known = lasting(course, course.lab(2), course.lab(3))
    test = {"2.1": "slots_found", "2.2": "slots_moved"}
    ends = {(mutant.id, test[mutant.exercise]): kind for mutant in known} if kind else {}
    monkeypatch.setattr(mutant_carried, "Place", lambda *_: FakePlace(ends))
    found = Carried(course, tmp_path, []).run(course.lab(2))
    assert len(found) == count and len(known) > 0
    assert f"{len(known) if kind else 0} of {len(known)} named rightly" in capsys.readouterr().out


def test_the_last_lab_has_no_next(course: Course, tmp_path: Path) -> None:
    assert Carried(course, tmp_path, []).run(course.lab(3)) == []


@pytest.mark.parametrize("name", ["queue", "no_such_test"])
def test_a_test_that_is_not_of_the_lab_before(solved: SolvedTree, name: str) -> None:
    solved.replace(LAB3, "number = 3\n", f'number = 3\ncarries = ["{name}"]\n')
    assert f"L1: `carries` lists {name}, which is no test of the lab before" in complaints(solved)
