# SPDX-License-Identifier: MIT
"""Lab 1's steps as commits of a scratch repository, to be edited with git, and back as patches.

The first commit, `start`, has a tree that builds: lab 1 with the exercises solved that have marks. Each further commit is
called as its exercise, and changes files below lab1/ alone.
"""

import os
import subprocess
from pathlib import Path

from .course import Course
from .errors import Problem
from .folder import write_folder
from .ids import EXERCISE, order
from .patches import FOLDER, PATCH, apply, of_exercises
from .render import Renderer
from .repository import ALONE
from .source import Tree, read_commit

START = "start"
PLACE = "labs/lab1/tree/"
DIFF = ("diff", "--no-color", "--no-renames", "--no-ext-diff", "--abbrev=7", "--unified=3")


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-c", "core.autocrlf=false", *arguments], cwd=folder, capture_output=True, check=False,
                          env=os.environ | ALONE)
    if done.returncode:
        raise Problem(f"git {' '.join(arguments)}, in {folder}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode()


def start_tree(course: Course) -> Tree:
    """Lab 1 as a student has it who has solved everything but the exercises of the patches."""
    first = course.labs[0]
    others = {exercise.id for exercise in first.exercises} - of_exercises(course).keys()
    return Renderer(course).render(first.number, others)


def write_steps(course: Course, folder: Path) -> list[str]:
    """Makes the repository in `folder`, which must be new or empty. Returns the names of the commits."""
    tree = start_tree(course)
    commits = {START: tree}
    patches = list(of_exercises(course).items())
    for count, (number, _) in enumerate(patches, 1):
        below = apply(course, tree, tuple(path for _, path in patches[:count]))
        commits[number] = {path: file for path, file in tree.items() if not path.startswith(FOLDER)} | below
    write_folder(folder, tree)
    _git(folder, "init", "-q", "-b", "steps")
    (folder / ".git/info/exclude").write_text(".exported\n")
    for name, files in commits.items():
        write_folder(folder, files)
        _git(folder, "add", "-A")
        _git(folder, "commit", "-q", "-m", name)
    return list(commits)


def read_steps(course: Course, folder: Path, root: Path) -> list[str]:
    """Writes what the commits in `folder` say into the solved tree at `root`. Returns the paths of files that changed."""
    commits = [line.split(" ", 1) for line in _git(folder, "log", "--reverse", "--first-parent", "--format=%H %s").splitlines()]
    names = [name for _, name in commits]
    if _git(folder, "status", "--porcelain"):
        raise Problem(f"{folder}: commit first, or end the rebase: only commits are read")
    numbers = [name for name in names[1:] if EXERCISE.fullmatch(name)]
    if names != [START, *sorted(set(numbers), key=order)]:
        raise Problem(f"{folder}: the commits must be called {START} and then by their exercises, in order; they are "
                      f"{', '.join(names) or 'none'}")
    wanted: dict[str, bytes] = {}
    for (before, _), (after, name) in zip(commits, commits[1:]):
        touched = _git(folder, "diff", "--name-only", before, after).splitlines()
        if others := [path for path in touched if not path.startswith(FOLDER)]:
            raise Problem(f"{folder}: the step {name} changes {others[0]}; a patch may only change files below {FOLDER}")
        wanted[f"labs/lab1/solution/{name}.patch"] = _git(folder, *DIFF, before, after).encode()
    start = {path: file.data for path, file in read_commit(folder, commits[0][0]).items() if path.startswith(FOLDER)}
    given = {path: file.data for path, file in start_tree(course).items() if path.startswith(FOLDER)}
    wanted |= {PLACE + path: data for path, data in start.items() if given.get(path) != data}
    gone = [PLACE + path for path in given.keys() - start.keys()]
    gone += [path for path in course.source if PATCH.fullmatch(path) and path not in wanted]
    return _write(root, wanted, gone)


def _write(root: Path, wanted: dict[str, bytes], gone: list[str]) -> list[str]:
    changed = []
    for path, data in sorted(wanted.items()):
        place = root / path
        if not place.exists() or place.read_bytes() != data:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
            changed.append(path)
    for path in sorted(gone):
        (root / path).unlink(missing_ok=True)
        changed.append(path)
    return changed
