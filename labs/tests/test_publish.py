# SPDX-License-Identifier: MIT
"""The published repositories: what is on which branch, and that they only ever grow. Shows Z2."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from exporter.course import Course
from exporter.errors import Problem
from exporter.publish import Publication
from exporter.render import Renderer
from exporter.repository import Repository
from exporter.source import commit_date, read_commit
from solved_tree import SolvedTree, exporter

BRANCHES = ["public.git lab1", "public.git lab2", "public.git lab3",
            *(f"private.git {kind}{number}" for number in (1, 2, 3) for kind in ("prep", "sol")), "private.git solutions"]


def publish(solved: SolvedTree, reason: str = "") -> Publication:
    publication = Publication(Course(read_commit(solved.root)), solved.root / "build/labs", commit_date(solved.root), reason)
    publication.run()
    return publication


def new(publication: Publication) -> dict[str, str]:
    """What a run said of the branches that grew."""
    return dict(line.split(": ") for line in publication.said if not line.endswith("nothing new"))


def history(repository: Repository, branch: str) -> list[str]:
    return repository.git("log", "--format=%s", "--topo-order", branch).splitlines()


def refs(repository: Repository) -> str:
    return repository.git("for-each-ref", "--format=%(objectname) %(refname)")


def test_each_lab_descends_from_the_one_before(solved: SolvedTree) -> None:
    public = publish(solved).public
    assert history(public, "lab3") == ["Lab 3: Waiting", "Lab 2: Slots", "Lab 1: From process to thread"]
    assert public.git("symbolic-ref", "HEAD") == "refs/heads/lab3"
    assert public.git("diff", "--diff-filter=MDRT", "--name-only", "lab1", "lab3") == ""
    assert public.git("branch", "--list", "--format=%(refname:short)").split() == ["lab1", "lab2", "lab3"]


def test_branches_hold_the_trees(solved: SolvedTree) -> None:
    publication = publish(solved)
    renderer = Renderer(Course(read_commit(solved.root)))
    for lab in (1, 2, 3):
        assert publication.public.read(f"lab{lab}") == renderer.tree(f"lab{lab}")
        for kind in ("sol", "prep"):
            assert publication.private.read(f"{kind}{lab}") == renderer.tree(f"{kind}{lab}")
            assert publication.private.is_ancestor(publication.public.tip(f"lab{lab}") or "", f"{kind}{lab}")


def test_a_commit_tells_students_what_is_new(solved: SolvedTree) -> None:
    public = publish(solved).public
    assert public.git("log", "-1", "--format=%B", "lab2").rstrip() == (
        "Lab 2: Slots\n\nExercises (3 hours):\n  2.1   Find a slot (moderate)\n  2.2   Take (easy)\n\n"
        "7 new files, in\n  grade/labs: 3\n  kernel: 2\n  labs: 1\n  tests: 1")
    assert public.git("log", "-1", "--format=%an %ae %aI %cI", "lab2") == (
        "Glenda Labs labs@glenda.invalid 2026-01-02T03:04:05+00:00 2026-01-02T03:04:05+00:00")


def test_solutions_are_private(solved: SolvedTree) -> None:
    publication = publish(solved)
    tree = publication.private.read("solutions")
    assert set(tree) == {"lab1/answers.md", "lab1/hidden/hidden.toml", "lab1/hidden/tests/lab1_hidden.cc",
                         "lab2/mutants.toml",
                         "lab2/mutants/2.1-last-level-skipped.patch"}
    assert publication.private.git("symbolic-ref", "HEAD") == "refs/heads/solutions"
    assert not any(b"the last table is not walked" in file.data or b"Nobody waits in an empty" in file.data
                   for lab in (1, 2, 3) for file in publication.public.read(f"lab{lab}").values())


def test_a_wrong_solution_is_a_patch(solved: SolvedTree, tmp_path: Path) -> None:
    private = publish(solved).private
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "-b", "sol2", str(private.path), str(clone)], check=True)
    patch = private.read("solutions")["lab2/mutants/2.1-last-level-skipped.patch"].data
    subprocess.run(["git", "apply"], input=patch, cwd=clone, check=True)
    assert "level > 2" in (clone / "kernel/slot.cc").read_text()


def test_a_wrong_solution_must_fit_exactly_once(solved: SolvedTree) -> None:
    solved.replace("solutions/lab2/mutants.toml", '"level > 1"', '"level"')
    solved.commit()
    with pytest.raises(Problem, match=r"mutants.toml:1: the text that 2.1-last-level-skipped replaces occurs \d+ times"):
        publish(solved)


def test_publishing_again_adds_nothing(solved: SolvedTree) -> None:
    first = publish(solved)
    assert list(new(first)) == BRANCHES
    before = refs(first.public), refs(first.private)
    solved.write("service/main.cc", "// not published\n")
    solved.commit()
    again = publish(solved)
    assert new(again) == {} and (refs(again.public), refs(again.private)) == before


def test_the_same_source_gives_the_same_commits(solved: SolvedTree) -> None:
    first = publish(solved)
    before = refs(first.public), refs(first.private)
    (solved.root / "build").rename(solved.root.parent / "old")
    again = publish(solved)
    assert (refs(again.public), refs(again.private)) == before


def test_a_mend_is_a_commit_and_merges(solved: SolvedTree) -> None:
    publish(solved)
    solved.replace("kernel/queue.h", "/// Whether anybody waits.", "/// Whether nobody waits.")
    solved.commit()
    publication = publish(solved, "The comment said the opposite.")
    public = publication.public
    assert {branch: count for branch, count in new(publication).items() if "public" in branch} == {
        "public.git lab1": "1 new commit", "public.git lab2": "2 new commits", "public.git lab3": "3 new commits"}
    assert public.git("log", "-1", "--format=%B", "lab1").rstrip() == (
        "Lab 1: corrections\n\nThe comment said the opposite.\n\nChanged:\n  kernel/queue.h")
    assert public.git("log", "-1", "--first-parent", "--format=%s", "lab3") == "Lab 3: the corrections of lab 2"
    for lab in (2, 3):
        assert public.git("rev-parse", f"lab{lab}^2") == public.tip(f"lab{lab - 1}")
        assert public.read(f"lab{lab}") == publication.renderer.tree(f"lab{lab}")
    assert set(new(publish(solved))) == set()


def test_a_mend_of_two_labs_at_once(solved: SolvedTree) -> None:
    publish(solved)
    solved.replace("kernel/queue.h", "/// Whether anybody waits.", "/// Whether nobody waits.")
    solved.replace("kernel/slot.cc", "/// A helper that is given.", "/// The slot of a level.")
    solved.commit()
    public = publish(solved).public
    assert history(public, "lab2")[:3] == ["Lab 2: corrections", "Lab 2: the corrections of lab 1", "Lab 1: corrections"]
    assert public.git("diff", "--name-only", "lab2^", "lab2") == "kernel/slot.cc"
    assert public.git("diff", "--name-only", "lab2^^", "lab2^") == "kernel/queue.h"


def test_a_lab_that_comes_later_descends_from_mended_ones(solved: SolvedTree) -> None:
    solved.git("rm", "-rq", "labs/lab3")
    lines = [line for line in solved.read("kernel/slot.cc").splitlines() if "lab 3.1a" not in line]
    whole = solved.read("kernel/slot.cc")
    solved.write("kernel/slot.cc", "\n".join(lines) + "\n")
    solved.commit()
    publish(solved)
    solved.git("checkout", "-q", "HEAD^", "--", "labs/lab3")
    solved.write("kernel/slot.cc", whole)
    solved.commit()
    public = publish(solved).public
    assert history(public, "lab3") == ["Lab 3: Waiting", "Lab 2: corrections", "Lab 2: Slots", "Lab 1: From process to thread"]


def test_a_changed_solution_touches_private_branches_alone(solved: SolvedTree) -> None:
    publish(solved)
    solved.replace("kernel/slot.cc", "    source.parent = nullptr;\n", "    source.parent = nullptr;\n    source.rights = 0;\n")
    solved.commit()
    assert set(new(publish(solved))) == {"private.git sol2", "private.git prep3", "private.git sol3"}


def test_a_student_follows(solved: SolvedTree, tmp_path: Path) -> None:
    """Clone lab 1, solve it, merge what comes, with a mend in between."""
    publication = publish(solved)
    student = SolvedTree(tmp_path / "student")
    student.root.mkdir()
    student.git("clone", "-q", "-b", "lab1", str(publication.public.path), ".")
    solution = publication.renderer.tree("sol1")["kernel/queue.h"].data.decode()
    student.write("kernel/queue.h", solution)
    student.commit("My lab 1")
    solved.replace("kernel/queue.h", "/// How many wait.", "/// The number of threads that wait.")
    solved.commit()
    publication = publish(solved)
    for lab in (1, 2, 3):
        student.git("fetch", "-q")
        student.git("merge", "-q", "--no-edit", f"origin/lab{lab}")
    tree = publication.renderer.render(3, {"1.1"})
    assert {path: (student.root / path).read_bytes() for path in tree} == {path: file.data for path, file in tree.items()}


@pytest.mark.parametrize("spoil", [
    lambda text: text.replace("\n", "\r\n"), lambda text: text.replace("    ", "\t"), lambda text: text.replace(";\n", ";  \n")],
    ids=["crlf", "tabs", "trailing"])
def test_a_student_whose_editor_changes_every_line(solved: SolvedTree, tmp_path: Path, spoil: Callable[[str], str]) -> None:
    """With the published .gitattributes, and merged as `make next-lab` does."""
    publication = publish(solved)
    student = SolvedTree(tmp_path / "student")
    student.root.mkdir()
    student.git("clone", "-q", "-b", "lab1", str(publication.public.path), ".")
    solution = publication.renderer.tree("sol1")["kernel/queue.h"].data.decode()
    (student.root / "kernel/queue.h").write_bytes(spoil(solution).encode())
    student.commit("My lab 1")
    solved.replace("kernel/queue.h", "/// How many wait.", "/// The number of threads that wait.")
    solved.commit()
    publish(solved)
    student.git("fetch", "-q")
    for lab in (1, 2):
        student.git("merge", "-q", "--no-edit", "-Xignore-space-change", f"origin/lab{lab}")
    mine = student.read("kernel/queue.h")
    assert "/// The number of threads that wait." in mine and "missing_exercise" not in mine
    assert (student.root / "kernel/slot.cc").exists()


def test_the_command(solved: SolvedTree) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return exporter(solved.root, *arguments)
    done = run("publish")
    assert (done.returncode, done.stderr) == (0, "") and "public.git lab3: 3 new commits\n" in done.stdout
    solved.write("kernel/slot.h", "// being changed\n")
    assert run("publish").stdout.endswith("\nNot committed, and so not published: kernel/slot.h\n")
    assert "written" in run("tree", "sol2", str(solved.root / "build/tree"), "--solved", "3.1").stdout
    assert (solved.root / "build/tree/kernel/slot.h").read_text() == "// being changed\n"
    wrong = run("tree", "sol9", str(solved.root / "build/other"))
    assert (wrong.returncode, wrong.stdout) == (1, "") and wrong.stderr == "there is no lab 9; there are lab1, lab2, lab3\n"
