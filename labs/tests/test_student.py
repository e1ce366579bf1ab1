# SPDX-License-Identifier: MIT
"""A student's way through all labs, with the commands of the handouts: it is whole, and what goes wrong on it is noticed.

Shows Z3, Z12.
"""

import re
from pathlib import Path

import pytest
from exporter.course import Course
from exporter.errors import Problem
from exporter.grader import Grader
from exporter.proof_merges import fresh_publication
from exporter.proof_student import OneStudent
from exporter.source import read_folder
from solved_tree import SolvedTree


def way(solved: SolvedTree, tmp_path: Path, *, varies: bool = False) -> list[str]:
    publication = fresh_publication(Course(read_folder(solved.root)), tmp_path / "published")
    return list(OneStudent(publication, tmp_path / "student", Grader(), ("--single-branch", "-b", "lab1"), varies, True).run())


@pytest.mark.parametrize("varies", [False, True])
def test_a_student_goes_the_whole_way(solved: SolvedTree, tmp_path: Path, varies: bool) -> None:
    assert way(solved, tmp_path, varies=varies) == []
    commits = SolvedTree(tmp_path / "student").git("log", "--format=%s", "--first-parent").splitlines()
    assert [line[:3] for line in commits] == ["3.1", "Mer", "2.2", "2.1", "Mer", "1.3", "1.2", "1.1", "Lab"]


def test_a_student_who_gets_stuck(solved: SolvedTree, tmp_path: Path) -> None:
    solved.replace("Makefile", "@echo packed", "@echo '  missing: answers'")
    solved.replace("labs/common/grade/fake.py", "score = 0 if said", 'score = 0 if said or test["name"] == "slots_moved"')
    assert way(solved, tmp_path) == [
        "a student who has solved lab 1 cannot hand in: missing: answers",
        "a student who has solved lab 2 scores 60 of 100: slots_moved ok",
        "a student who has solved lab 2 cannot hand in: missing: answers",
        "a student who has solved lab 3 cannot hand in: missing: answers"]


@pytest.mark.parametrize("recipe, reason", [
    ("@echo no; exit 1", "a student's `make next-lab` fails, and offers no command: no"),
    ("@echo '  git status'; exit 1", "a student's `make next-lab` fails after `git status`: git status"),
    ("@true", "a student's `make next-lab` does not bring lab 2: ")])
def test_a_next_lab_that_does_not_come(solved: SolvedTree, tmp_path: Path, recipe: str, reason: str) -> None:
    solved.replace("Makefile", "@git fetch -q\n", f"{recipe}\n")
    solved.replace("Makefile", "exit 1; }", "exit 0; }")
    solved.replace("Makefile", "@git merge -q", "@: git merge -q")
    with pytest.raises(Problem, match=f"^{re.escape(reason)}"):
        way(solved, tmp_path)


@pytest.mark.parametrize("varies", [False, True])
def test_a_student_whose_code_changes(solved: SolvedTree, tmp_path: Path, varies: bool) -> None:
    spoil = "@[ ! -e kernel/slot.h ] || echo 'struct More;' | tee -a kernel/slot.h >> kernel/slot.cc"
    solved.replace("Makefile", "@echo packed", spoil)
    assert way(solved, tmp_path, varies=varies) == [
        "a student who begins lab 3 finds that kernel/slot.cc has changed",
        "a student who has solved all labs has other code in kernel/slot.cc than the solved tree",
        "a student who has solved all labs has another kernel/slot.h"]
