# SPDX-License-Identifier: MIT
"""L8, and the fourth proof: nothing of the solutions is in what is published.

A single line of a solution often stands elsewhere, as idiom; three in a row do not. So the search is for runs of three lines
that say something. What a lab shows on purpose, [[given]] in its lab.toml says, with the reason. The search also finds marks,
paths of solutions/, names of hidden tests, and debug information in binaries.
"""

import re
from collections.abc import Iterator, Sequence

from .errors import Complaint
from .hidden import hidden_tests
from .marks import ALMOST
from .patches import FOLDER, solution_lines
from .render import Renderer
from .source import Tree

RUN = 3
SHORTEST = 10       # characters of a line that says something


def telling(lines: Sequence[str]) -> list[tuple[int, str]]:
    """The lines that say something, without indentation, and their numbers (from 1): no braces, comments or short ends."""
    stripped = ((number, line.strip()) for number, line in enumerate(lines, 1))
    return [(number, line) for number, line in stripped if len(line) >= SHORTEST and not line.startswith(("//", "#", "*"))]


def runs(lines: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each run of RUN lines that say something, with the number of its first line."""
    said = telling(lines)
    for index in range(len(said) - RUN + 1):
        yield said[index][0], tuple(line for _, line in said[index:index + RUN])


def _texts(tree: Tree) -> Iterator[tuple[str, list[str]]]:
    for path, file in tree.items():
        if file.is_text:
            yield path, file.data.decode(errors="replace").splitlines()


def search(renderer: Renderer) -> Iterator[Complaint]:
    """What the newest lab's published tree gives away. It holds the files of all earlier labs."""
    tree = renderer.tree(renderer.course.labs[-1].name)
    yield from _solutions(renderer, tree)
    yield from _secrets(renderer, tree)
    for path, file in tree.items():
        if file.data.startswith(b"\x7fELF") and b".debug_info" in file.data:
            yield Complaint(path, 0, "this binary has debug information; strip it", "L8")


def _wanted(renderer: Renderer, tree: Tree) -> dict[tuple[str, ...], tuple[str, str, int]]:
    """Each run of a solution: its hole or lab, and where the solution is."""
    course = renderer.course
    wanted: dict[tuple[str, ...], tuple[str, str, int]] = {}
    for hole in course.all_holes():
        for number, run in runs(course.lines[hole.file][hole.opened:hole.closed - 1]):
            wanted.setdefault(run, (hole.id, hole.file, hole.opened + number))
    start = {run for path, lines in _texts(tree) if path.startswith(FOLDER) for _, run in runs(lines)}
    for lab in course.labs:
        for _, run in runs(solution_lines(course, lab)):
            if run not in start:        # a patch may move lines that lab 1 gives
                wanted.setdefault(run, (lab.name, f"labs/{lab.name}/solution", 0))
    return wanted


def _solutions(renderer: Renderer, tree: Tree) -> Iterator[Complaint]:
    wanted = _wanted(renderer, tree)
    given = {(one.hole, one.file): (lab, one) for lab in renderer.course.labs for one in lab.given}
    used = set()
    for path, lines in _texts(tree):
        for number, run in runs(lines):
            if run not in wanted:
                continue
            name, file, line = wanted[run]
            if (name, path) in given:
                used.add((name, path))
                continue
            yield Complaint(file, line, f"three lines of the solution of {name} in a row are published in {path}, line {number}: "
                                        "make that a hole too, or say in [[given]] why it is shown", "L8")
    for key in sorted(given.keys() - used):
        lab, one = given[key]
        yield Complaint(lab.path, one.line, f"nothing of hole {one.hole} is shown in {one.file}: remove this [[given]]", "L8")


def hidden_names(renderer: Renderer) -> set[str]:
    """The names of all hidden tests. Raises Problem if a list of them cannot be read."""
    course = renderer.course
    return {test.name for lab in course.labs for test in hidden_tests(course, lab)}


def _secrets(renderer: Renderer, tree: Tree) -> Iterator[Complaint]:
    names = hidden_names(renderer)
    secret = re.compile(r"\bsolutions/(?:lab\d|hidden)" + "".join(rf"|\b{re.escape(name)}\b" for name in sorted(names)))
    for path, lines in _texts(tree):
        for number, line in enumerate(lines, 1):
            if match := secret.search(line):
                what = "the name of a hidden test" if match[0] in names else "a path of solutions/"
                yield Complaint(path, number, f"this has {what}: {match[0]}", "L8")
            if "lab" in line and ALMOST.search(line):
                yield Complaint(path, number, "this looks like a mark", "L8")
