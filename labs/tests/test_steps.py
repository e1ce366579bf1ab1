# SPDX-License-Identifier: MIT
"""Lab 1's patches become commits, are edited there, and come back."""

from pathlib import Path

import pytest
from exporter.course import Course
from exporter.errors import Problem
from exporter.patches import of_exercises
from exporter.render import Renderer
from exporter.source import read_folder
from exporter.steps import read_steps, write_steps
from solved_tree import SolvedTree

ROOT = Path(__file__).resolve().parents[2]
PROCESS = "lab1/process.cc"


@pytest.fixture
def steps(solved: SolvedTree, tmp_path: Path) -> SolvedTree:
    """The scratch repository of the fixture's lab 1."""
    assert write_steps(Course(read_folder(solved.root)), tmp_path / "steps") == ["start", "1.2", "1.3"]
    return SolvedTree(tmp_path / "steps")


def back(solved: SolvedTree, steps: SolvedTree) -> list[str]:
    return read_steps(Course(read_folder(solved.root)), steps.root, solved.root)


def lab1(solved: SolvedTree, kind: str) -> dict[str, bytes]:
    tree = Renderer(Course(read_folder(solved.root))).tree(kind)
    return {path: file.data for path, file in tree.items() if path.startswith("lab1/")}


def test_the_patches_come_back_as_they_were(tmp_path: Path) -> None:
    course = Course(read_folder(ROOT))
    write_steps(course, tmp_path / "steps")
    read_steps(course, tmp_path / "steps", tmp_path / "back")
    for path in of_exercises(course).values():
        assert (tmp_path / "back" / path).read_bytes() == course.source[path].data
    assert not (tmp_path / "back/labs/lab1/tree").exists()


def test_a_step_is_edited(solved: SolvedTree, steps: SolvedTree) -> None:
    before = lab1(solved, "lab1"), lab1(solved, "sol1")
    back(solved, steps)
    assert (lab1(solved, "lab1"), lab1(solved, "sol1")) == before and back(solved, steps) == []
    steps.write("lab1/spawn.cc", "// Starts a program, better.\n")
    steps.git("commit", "-q", "-a", "--amend", "-C", "HEAD")
    assert back(solved, steps) == ["labs/lab1/solution/1.3.patch"]
    assert lab1(solved, "sol1")["lab1/spawn.cc"] == b"// Starts a program, better.\n" and lab1(solved, "lab1") == before[0]


def test_the_start_is_edited_and_later_steps_follow(solved: SolvedTree, steps: SolvedTree) -> None:
    back(solved, steps)
    start = steps.git("rev-parse", ":/start").strip()
    steps.git("switch", "-q", "--detach", start)
    steps.write("lab1/more.cc", "// More.\n")
    steps.git("add", "-A")
    steps.git("commit", "-q", "--amend", "-C", start)
    steps.git("rebase", "-q", "--onto", steps.git("rev-parse", "HEAD").strip(), start, "steps")
    assert back(solved, steps) == ["labs/lab1/tree/lab1/more.cc"]
    assert lab1(solved, "lab1")["lab1/more.cc"] == lab1(solved, "sol1")["lab1/more.cc"] == b"// More.\n"
    steps.git("rm", "-q", "lab1/more.cc")
    steps.git("commit", "-q", "--amend", "-C", "HEAD")
    assert back(solved, steps) == ["labs/lab1/solution/1.3.patch"] and "lab1/more.cc" not in lab1(solved, "sol1")


def test_what_is_no_step(solved: SolvedTree, steps: SolvedTree) -> None:
    steps.write(PROCESS, "// half done\n")
    with pytest.raises(Problem, match="commit first, or end the rebase"):
        back(solved, steps)
    steps.commit("Half done")
    with pytest.raises(Problem, match="called start and then by their exercises, in order; they are start, 1.2, 1.3, Half done"):
        back(solved, steps)
    steps.git("reset", "-q", "--hard", "HEAD^")
    steps.write("kernel/queue.h", "// not below lab1/\n")
    steps.git("commit", "-q", "-a", "--amend", "-C", "HEAD")
    with pytest.raises(Problem, match="the step 1.3 changes kernel/queue.h; a patch may only change files below lab1/"):
        back(solved, steps)
