# SPDX-License-Identifier: MIT
"""Publishing from another computer than before, and from trees that are not as they should be."""

import shutil
import subprocess
from pathlib import Path

import pytest
from exporter.repository import Repository
from solved_tree import SolvedTree, exporter


def publish(tree: SolvedTree, *arguments: str) -> str:
    """`make labs`. Returns what it says; its last line begins with `refused:` if it fails."""
    done = exporter(tree.root, "publish", *arguments)
    return done.stdout if done.returncode == 0 else f"refused: {done.stderr.strip()}"


def tips(tree: SolvedTree, name: str = "public") -> str:
    return Repository(tree.root / f"build/labs/{name}.git").git("for-each-ref", "--format=%(objectname) %(refname)")


def clone_of(solved: SolvedTree, folder: Path, *options: str) -> SolvedTree:
    """Another instructor's clone of the solved tree, without build/."""
    other = SolvedTree(folder)
    solved.git("clone", "-q", *options, f"file://{solved.root}", str(folder))
    return other


def take_published(solved: SolvedTree, other: SolvedTree) -> None:
    """Clones what was published, as the notice says."""
    for name in ("public", "private"):
        subprocess.run(["git", "clone", "-q", "--bare", str(solved.root / f"build/labs/{name}.git"),
                        str(other.root / f"build/labs/{name}.git")], check=True)


def mend(tree: SolvedTree) -> None:
    tree.replace("kernel/queue.h", "/// How many wait.", "/// The number of threads that wait.")
    tree.commit()


def test_a_first_publication_says_that_it_is_one(solved: SolvedTree) -> None:
    assert "public.git is new: its history begins here.\nDo students have labs already" in publish(solved)
    assert "is new:" not in publish(solved)


@pytest.mark.parametrize("options", [(), ("--depth=1",)], ids=["whole", "shallow"])
def test_another_computer_goes_on_with_what_is_published(solved: SolvedTree, tmp_path: Path, options: tuple[str, ...]) -> None:
    publish(solved)
    other = clone_of(solved, tmp_path / "other", *options)
    take_published(solved, other)
    assert "new commit" not in publish(other)
    assert tips(other) == tips(solved) and tips(other, "private") == tips(solved, "private")


def test_two_computers_publish_the_same(solved: SolvedTree, tmp_path: Path) -> None:
    publish(solved)
    other = clone_of(solved, tmp_path / "other")
    take_published(solved, other)
    mend(solved)
    other.git("pull", "-q")
    assert "public.git lab3: 3 new commits" in publish(solved) and "public.git lab3: 3 new commits" in publish(other)
    assert tips(other) == tips(solved) and tips(other, "private") == tips(solved, "private")


def test_an_older_tree_takes_no_mend_back(solved: SolvedTree, tmp_path: Path) -> None:
    publish(solved)
    other = clone_of(solved, tmp_path / "other")
    mend(solved)
    publish(solved)
    take_published(solved, other)
    before, commit = tips(other), solved.git("rev-parse", "--short=10", "HEAD").strip()
    refusal = publish(other)
    assert refusal.startswith(f"refused: The labs were published from commit {commit}, which this tree does not have: ")
    assert "git pull first" in refusal and tips(other) == before
    other.git("pull", "-q")
    assert "new commit" not in publish(other)
    other.git("reset", "-q", "--hard", "HEAD^")
    assert "public.git lab1: 1 new commit" in publish(other, "--reason", "The mend was wrong.")


def test_a_shallow_clone_that_cannot_tell(solved: SolvedTree, tmp_path: Path) -> None:
    publish(solved)
    solved.write("service/main.cc", "// not published\n")
    solved.commit()
    other = clone_of(solved, tmp_path / "other", "--depth=1")
    take_published(solved, other)
    refusal = publish(other)
    assert refusal.startswith("refused: The labs were published from commit ") and refusal.endswith(": git fetch --unshallow")
    other.git("fetch", "-q", "--unshallow")
    assert "new commit" not in publish(other)


def test_what_is_not_committed_is_named(solved: SolvedTree) -> None:
    for name in "abcde":
        solved.write(f"service/{name}.cc", "// new\n")
    solved.replace("README.md", "# Fixture", "# The fixture")
    said = publish(solved)
    assert said.endswith("Not committed, and so not published: README.md, service/a.cc, service/b.cc, service/c.cc and 2 more\n")
    assert Repository(solved.root / "build/labs/public.git").read("lab1")["README.md"].data == b"# Fixture\n"


def test_a_tree_without_a_commit(solved: SolvedTree) -> None:
    shutil.rmtree(solved.root / ".git")
    assert publish(solved).startswith(f"refused: {solved.root} is no git repository with a commit, and only what is committed is")
    solved.git("init", "-q")
    assert "is no git repository with a commit" in publish(solved)
    assert not (solved.root / "build").exists()
