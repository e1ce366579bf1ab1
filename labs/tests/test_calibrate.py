# SPDX-License-Identifier: MIT
"""`make calibrate` records scores and limits in lab.toml, but never those of a solution that is wrong."""

import tomllib

import pytest
from exporter.calibrate import calibrate, limit_for, with_limits, with_scores
from exporter.course import Course
from exporter.errors import Problem
from exporter.grader import Grader, Result
from exporter.render import Renderer
from exporter.source import read_folder
from exporter.stages import Bench
from solved_tree import SolvedTree


def bench_of(solved: SolvedTree) -> Bench:
    return Bench(Renderer(Course(read_folder(solved.root))), solved.root / "build/check", Grader())


def test_calibration_records_scores_and_limits(solved: SolvedTree) -> None:
    path = solved.root / "labs/lab2/lab.toml"
    before = tomllib.loads(path.read_text())
    solved.replace("labs/lab2/lab.toml", 'start = 0\n"2.1" = 60\n"2.2" = 100\n', 'start = 7\n')
    bench = bench_of(solved)
    assert calibrate(bench, bench.renderer.course.lab(2), path) == {"start": 0, "2.1": 60, "2.2": 100}
    before["test"][0]["limit"] = 0.8
    assert tomllib.loads(path.read_text()) == before
    once = path.read_text()
    bench = bench_of(solved)
    calibrate(bench, bench.renderer.course.lab(2), path)
    assert path.read_text() == once


def test_a_wrong_solution_is_not_recorded(solved: SolvedTree) -> None:
    solved.replace("labs/common/grade/fake.py", "score = 0 if said", 'kind = "WRONG"\n    score = 0 if said')
    before = solved.read("labs/lab2/lab.toml")
    bench = bench_of(solved)
    with pytest.raises(Problem, match="sol2 is not right, so nothing was recorded: slots_found ends with WRONG"):
        calibrate(bench, bench.renderer.course.lab(2), solved.root / "labs/lab2/lab.toml")
    assert solved.read("labs/lab2/lab.toml") == before


def test_limits() -> None:
    assert [limit_for(seconds) for seconds in (0.001, 0.075, 0.1, 0.26)] == [0.3, 0.3, 0.4, 1.1]
    text = '[[test]]\nname = "slots_found"\nlimit = 9\n\n# next\n[[test]]\nname = "slots_moved"\n'
    results = [Result("slots_found", "", 0, 0, "ok", "", 0.5), Result("slots_moved", "", 0, 0, "ok", "", None)]
    assert with_limits(text, results) == text.replace("limit = 9", "limit = 2")
    assert with_scores("[lab]\n\n[scores]\nstart = 1\n", {"start": 2, "2.1": 2.5}) == \
        '[lab]\n\n[scores]\nstart = 2\n"2.1" = 2.5\n'
