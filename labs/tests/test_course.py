# SPDX-License-Identifier: MIT
"""The quick part of the four proofs, for the real labs; `make check-labs` tries everything."""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from exporter.course import Course
from exporter.grader import Grader
from exporter.lint import lint
from exporter.proof_boots import check_lab
from exporter.proof_mends import Mends
from exporter.proof_merges import Students, fresh_publication, plain_solutions
from exporter.render import Renderer
from exporter.source import read_folder
from exporter.stages import Bench

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("GLENDA_BUILD", "build")
STUDENTS, MENDS = 20, 10


def assert_none(complaints: Iterable[object]) -> None:
    text = "\n".join(map(str, complaints))
    assert not text, f"\n{text}"


@pytest.fixture(scope="module")
def course() -> Course:
    return Course(read_folder(ROOT))


def test_sources_and_what_they_give_away(course: Course) -> None:
    assert_none(lint(course))


def test_every_later_lab_says_where_the_code_went(course: Course) -> None:
    """What `make next-lab` tells: files of the student's, and files that are there now."""
    for lab in course.labs[1:]:
        moved = lab.table["moved"]
        assert moved, lab.number
        for name in (each[side] for each in moved for side in ("yours", "now")):
            if name.endswith((".cc", ".h")):
                assert any((tree / name).exists() for tree in (ROOT, ROOT / "labs/lab1/tree")), name


def test_merges(course: Course, tmp_path: Path) -> None:
    publication = fresh_publication(course, tmp_path)
    assert_none(plain_solutions(publication))
    assert_none(Students(publication, STUDENTS, course.labs[-2:][0].number).run())
    assert_none(Mends(publication, MENDS).run())


@pytest.mark.skipif("NEWEST_LAB" not in os.environ, reason="`make check-labs` proves every lab; NEWEST_LAB=1: the newest here")
def test_the_newest_lab_builds_boots_and_scores(course: Course) -> None:
    """With this Debian's compiler, in `make check-fresh`."""
    bench = Bench(Renderer(course), BUILD / "labs/check", Grader())
    assert_none(check_lab(bench, course.labs[-1], quick=True))
