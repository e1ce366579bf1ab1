# SPDX-License-Identifier: MIT
"""A lab.toml that is wrong is named with file, line and reason."""

import pytest
from exporter.course import Course
from exporter.errors import Problem
from exporter.manifest import read_lab
from exporter.source import read_folder
from solved_tree import SolvedTree

TOML = "labs/lab2/lab.toml"


@pytest.mark.parametrize("old, new, reason", [
    ('title = "Take"', 'title = "Take', "labs/lab2/lab.toml:17: Illegal character"),
    ('title = "Take"', 'titel = "Take"', r"labs/lab2/lab.toml:17: \[exercise\] has no key `titel`"),
    ('title = "Take"', 'titel = "Take"', r"labs/lab2/lab.toml:15: \[exercise\] lacks `title`"),
    ('difficulty = "easy"', 'difficulty = "trivial"', "labs/lab2/lab.toml:18: `trivial` is none of easy, moderate, hard"),
    ('id = "2.2"', 'id = "3.2"', "labs/lab2/lab.toml:16: `3.2` is no exercise of lab 2"),
    ('id = "2.2"', 'id = "2.1"', "labs/lab2/lab.toml:16: there is another exercise `2.1`"),
    ('holes = ["2.2a"]', 'holes = ["2.1b"]', "labs/lab2/lab.toml:20: hole `2.1b` does not have the number of exercise 2.2"),
    ('holes = ["2.2a"]', 'holes = "2.2a"', "labs/lab2/lab.toml:20: `holes` must be a list of strings"),
    ("points = 60", "points = true", "labs/lab2/lab.toml:26: `points` must be a whole number"),
    ("points = 60", "points = -1", "labs/lab2/lab.toml:26: points must not be negative"),
    ('kind = "host"', 'kind = "ghost"', "labs/lab2/lab.toml:35: `ghost` is none of boot, host, script"),
    ('program = "lab2_slots"', "", "labs/lab2/lab.toml:27: a boot test needs `program`"),
    ('program = "lab2_slots"', f'program = "lab2_slots"\ncases = ["{80 * "x"}"]',
     "labs/lab2/lab.toml:29: its kernel options would have 128 characters, and 127 at most are possible"),
    ('exercise = "2.2"', 'exercise = "2.5"', "labs/lab2/lab.toml:32: this lab has no exercise 2.5"),
    ('"2.1" = 60', '"2.9" = 60', "labs/lab2/lab.toml:41: this lab has no exercise 2.9"),
    ("[scores]", "[score]", r"labs/lab2/lab.toml:39: \[score\] means nothing here"),
])
def test_a_wrong_lab_toml_is_named_with_its_line(solved: SolvedTree, old: str, new: str, reason: str) -> None:
    text = solved.read(TOML)
    assert old in text
    with pytest.raises(Problem, match=f"(?m)^{reason}"):
        read_lab(TOML, text.replace(old, new, 1).encode())


def test_a_lab_toml_that_is_not_utf_8() -> None:
    with pytest.raises(Problem, match="labs/lab2/lab.toml:2: this is not UTF-8"):
        read_lab(TOML, b"[lab]\ntitle = \"\xff\"\n")


def test_a_lab_in_the_wrong_folder(solved: SolvedTree) -> None:
    (solved.root / "labs/lab2").rename(solved.root / "labs/lab4")
    with pytest.raises(Problem, match="labs/lab4/lab.toml: this is lab 2 by its `number`, but lab 4 by its folder"):
        Course(read_folder(solved.root))
