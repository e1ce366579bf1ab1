# SPDX-License-Identifier: MIT
"""A mend during the term: what a student in the middle of lab 2 sees of it. Nothing of the student's is lost, and no branch
loses a commit."""

import subprocess
from pathlib import Path

import pytest
from exporter.course import Course
from exporter.errors import Problem
from exporter.lint import lint
from exporter.publish import Publication
from exporter.source import commit_date, read_commit
from solved_tree import SolvedTree

from lab import next_lab
from lab.next_lab import Refused

SLOT = "kernel/slot.cc"
# What is mended, in which file of the solved tree, and in which file of the student's.
PAGE = "README.md", "# Fixture", "# The fixture", "README.md"
TEST = "tests/lab2_slots.cc", "\n", "\n// Corrected.\n", "tests/lab2_slots.cc"
HEADER = "kernel/slot.h", "// What a slot is.", "// What a slot is, and a table.", "kernel/slot.h"
FUNCTION = SLOT, "return pointer >> (4 * level)", "return pointer >> (level * 4)", SLOT
CONTRACT = SLOT, "/// Moves what `source` holds", "/// Takes what `source` holds", SLOT
STUB = "labs/lab2/stubs/2.2a.cc", "what the source holds", "all that the source holds", SLOT
FIND_STUB = 'missing_exercise("2.1", root, pointer, levels, index_of(pointer, 1));'
TAKE_STUB = """\
// Exercise 2.2: what the source holds is here afterwards, and the source is empty.
    missing_exercise("2.2", source);"""
FAR, NEAR = [PAGE, TEST, HEADER, FUNCTION], [CONTRACT, STUB]


class Term:
    """The instructor's solved tree, the server with labs 1 and 2, and a student who has solved exercise 2.1."""

    def __init__(self, folder: Path) -> None:
        self.server, self.student = folder / "server.git", SolvedTree(folder / "student")
        self.solved = SolvedTree(folder / "solved")

    def begin(self) -> None:
        SolvedTree.copy(self.solved.root)
        subprocess.run(["git", "init", "-q", "--bare", "-b", "lab1", str(self.server)], check=True)
        self.publish()
        self.student.root.mkdir()
        self.student.git("clone", "-q", str(self.server), ".")
        self.student.git("config", "user.name", "Student")
        self.student.git("config", "user.email", "student@example.org")
        self.student.git("switch", "-q", "-c", "mine", "origin/lab1")
        assert next_lab.advance(self.student.root).startswith("Lab 2, Slots")
        self.solve("2.1a", FIND_STUB, "return &root.slots[pointer];  // mine")

    def publish(self, reason: str = "") -> None:
        """`make labs`, and a push that never forces."""
        course = Course(read_commit(self.solved.root))
        publication = Publication(course, self.solved.root / "build/labs", commit_date(self.solved.root), reason)
        if wrong := [one for one in lint(course, publication.public, False) if one.rule != "L3" or not reason]:
            raise Problem(*wrong)
        publication.run()
        publication.public.git("push", "-q", str(self.server), "lab1", "lab2")

    def mend(self, mended: tuple[str, str, str, str], reason: str = "") -> None:
        path, old, new, _ = mended
        self.solved.write(path, self.solved.read(path).replace(old, new, 1))
        self.solved.commit()
        self.publish(reason)

    def solve(self, hole: str, stub: str, solution: str) -> None:
        self.student.replace(SLOT, stub, solution)
        self.student.commit(f"Solved {hole}")

    def pull(self, how: str) -> None:
        """`make next-lab`, or git alone. Raises Refused or CalledProcessError."""
        if how == "make":
            next_lab.advance(self.student.root)
        else:
            self.student.git("pull", "-q", "--no-rebase", "origin", "lab2")

    def has_mend(self, mended: tuple[str, str, str, str]) -> bool:
        return mended[2] in self.student.read(mended[3])

    def has_work(self) -> bool:
        return "// mine" in self.student.read(SLOT)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The term's beginning: some 400 commands of git, so each test has a copy."""
    folder = tmp_path_factory.mktemp("term")
    Term(folder).begin()
    return folder


@pytest.fixture
def term(begun: Path, tmp_path: Path) -> Term:
    subprocess.run(["cp", "-r", f"{begun}/.", str(tmp_path)], check=True)
    term = Term(tmp_path)
    term.student.git("remote", "set-url", "origin", str(term.server))
    return term


@pytest.mark.parametrize("how", ["make", "git"])
@pytest.mark.parametrize("mended", FAR, ids=["page", "test", "header", "function"])
def test_a_mend_joins_the_work(term: Term, mended: tuple[str, str, str, str], how: str) -> None:
    before = term.student.git("rev-parse", "HEAD").strip()
    term.mend(mended)
    term.pull(how)
    assert term.has_mend(mended) and term.has_work()
    assert term.student.git("merge-base", before, "HEAD").strip() == before
    assert term.student.git("status", "--porcelain") == ""


@pytest.mark.parametrize("mended", NEAR, ids=["contract", "stub"])
def test_a_mend_near_a_hole_needs_a_reason(term: Term, mended: tuple[str, str, str, str]) -> None:
    with pytest.raises(Problem, match="L3: published hole 2.2a has a change .*keep 5 lines away, or publish with a reason"):
        term.mend(mended)
    term.publish("It was not clear.")
    term.pull("make")
    assert term.has_mend(mended) and term.has_work()
    assert "It was not clear." in term.student.git("log", "origin/lab2", "-3", "--format=%b")


@pytest.mark.parametrize("mended, is_conflict", [(CONTRACT, False), (STUB, True)], ids=["contract", "stub"])
def test_a_mend_near_a_hole_that_is_filled(term: Term, mended: tuple[str, str, str, str], is_conflict: bool) -> None:
    """The mend of a stub is in the way of those who have replaced it. They are told, and can take it back."""
    term.solve("2.2a", TAKE_STUB, "table = source.table;")
    before = term.student.read(SLOT)
    term.mend(mended, "It was not clear.")
    if not is_conflict:
        term.pull("make")
        assert term.has_mend(mended)
        return
    with pytest.raises(Refused, match=f"You and the course have changed the same lines:\n  {SLOT}\n"):
        term.pull("make")
    term.student.git("merge", "--abort")
    assert term.student.read(SLOT) == before


@pytest.mark.parametrize("line, is_conflict", [("/// A helper that is given.", False), ("return pointer >> (4 * level)", True)],
                         ids=["near", "same"])
def test_ones_own_change_beside_the_mend(term: Term, line: str, is_conflict: bool) -> None:
    term.student.replace(SLOT, line, f"{line} /* my note */")
    term.student.commit()
    term.mend(FUNCTION)
    if is_conflict:
        with pytest.raises(Refused, match="have changed the same lines"):
            term.pull("make")
        term.student.git("merge", "--abort")
    else:
        term.pull("make")
        assert term.has_mend(FUNCTION)
    assert "/* my note */" in term.student.read(SLOT) and term.has_work()


@pytest.mark.parametrize("mended", FAR, ids=["page", "test", "header", "function"])
def test_work_that_is_not_committed(term: Term, mended: tuple[str, str, str, str]) -> None:
    """`make next-lab` asks for a commit. git alone merges beside it, and refuses only what touches the same file."""
    term.student.replace(SLOT, 'missing_exercise("2.2", source);', "half = done")
    half, before = term.student.read(SLOT), term.student.git("rev-parse", "HEAD")
    term.mend(mended)
    with pytest.raises(Refused, match=f"You have work that is not committed:\n  {SLOT}\nCommit it first"):
        term.pull("make")
    assert (term.student.read(SLOT), term.student.git("rev-parse", "HEAD")) == (half, before)
    if mended[3] == SLOT:
        with pytest.raises(subprocess.CalledProcessError) as refusal:
            term.pull("git")
        assert "would be overwritten by merge:\n\tkernel/slot.cc\n" in refusal.value.stderr
    else:
        term.pull("git")
        assert term.has_mend(mended)
    assert term.student.read(SLOT) == half


def test_the_next_lab_brings_mends_along(term: Term) -> None:
    """Lab 3 is out, and the student has not pulled for weeks."""
    for mended in FAR:
        term.mend(mended)
    Publication(Course(read_commit(term.solved.root)), term.solved.root / "build/labs", "").public.git(
        "push", "-q", str(term.server), "lab3")
    assert next_lab.advance(term.student.root).startswith("Lab 3, Waiting")
    assert all(map(term.has_mend, FAR)) and term.has_work()
