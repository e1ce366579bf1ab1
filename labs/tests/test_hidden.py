# SPDX-License-Identifier: MIT
"""Hidden tests: their list must fit the lab, and the solution passes them."""

from dataclasses import replace
from pathlib import Path

import pytest
from exporter.course import Course
from exporter.errors import Problem
from exporter.grader import Grader, Result
from exporter.proof_boots import check_hidden
from exporter.render import Renderer
from exporter.source import read_folder
from exporter.stages import Bench
from solved_tree import SolvedTree, complaints

HIDDEN = "solutions/lab1/hidden/hidden.toml"


@pytest.mark.parametrize("old, new, reason", [
    ('"queue_hidden"', '"slots_found"', "1: L1: a published test is called slots_found, too"),
    ("points = 0", "points = 5", "1: L1: queue_hidden has points: what counts is what students have seen"),
    ("points = 0", 'points = 0\nneeds = ["1.7"]', "1: L1: test queue_hidden needs exercise 1.7, which is nowhere"),
    ('"lab1_hidden"', '"lab1_lost"', "1: L1: test queue_hidden runs lab1_lost, and there is no lab1_lost.cc"),
    ('kind = "boot"', 'kind = "script"\nscript = "a.py"',
     "1: L1: test queue_hidden names a.py, which is neither beside it nor in sol1"),
])
def test_hidden_tests_must_fit(solved: SolvedTree, old: str, new: str, reason: str) -> None:
    solved.replace(HIDDEN, old, new)
    assert f"{HIDDEN}:{reason}" in complaints(solved).splitlines()


@pytest.mark.parametrize("old, new, reason", [
    ('exercise = "1.1"', 'exercise = "2.1"', ":3: this lab has no exercise 2.1"),
    ('"boot"', '"cook"', ":5: `cook` is none of boot, host, script"),
    ("[[test]]", "[lab]\nnumber = 1\n\n[[test]]", ":1: [lab] means nothing here; there is only [[test]]"),
    ('"boot"', '"boot', ":5: "),
])
def test_hidden_tests_must_load(solved: SolvedTree, old: str, new: str, reason: str) -> None:
    solved.replace(HIDDEN, old, new)
    with pytest.raises(Problem) as caught:
        complaints(solved)
    assert f"{HIDDEN}{reason}" in str(caught.value)


def test_hidden_tests_replace_nothing(solved: SolvedTree) -> None:
    """A copy of a published file would stay behind when that changes."""
    solved.write(HIDDEN.replace("hidden.toml", "kernel/slot.h"), "// copied\n")
    assert "solutions/lab1/hidden/kernel/slot.h: L1: this would take the place of a published file" not in complaints(solved)
    solved.write(HIDDEN.replace("hidden.toml", "kernel/queue.h"), "// copied\n")
    assert "solutions/lab1/hidden/kernel/queue.h: L1: this would take the place of a published file" in complaints(solved)


def test_hidden_tests_have_one_list(solved: SolvedTree) -> None:
    solved.write(HIDDEN.replace("hidden.toml", "more.toml"), "")
    with pytest.raises(Problem, match="must hold one file [*].toml, not 2"):
        complaints(solved)


@pytest.mark.parametrize("ends, reasons", [
    ({}, []),
    ({"queue_hidden": "WRONG"}, ["sol1 with hidden tests: queue_hidden ends with WRONG"]),
    ({"queue_hidden": None}, ["sol1 with hidden tests: graded were other tests than listed: queue_hidden"]),
])
def test_the_solution_passes_hidden_tests(solved: SolvedTree, ends: dict[str, str | None], reasons: list[str]) -> None:
    class Changed(Grader):
        def grade(self, tree: Path, lab: int, hidden: Path | None = None) -> list[Result]:
            assert hidden and (hidden / "tests/lab1_hidden.cc").exists()
            results = super().grade(tree, lab, hidden)
            return [replace(one, kind=ends.get(one.name, one.kind)) for one in results if ends.get(one.name, "") is not None]
    bench = Bench(Renderer(Course(read_folder(solved.root))), solved.root / "build/check", Changed())
    assert list(check_hidden(bench, bench.renderer.course.lab(1))) == reasons
    assert list(check_hidden(bench, bench.renderer.course.lab(2))) == []     # has none
