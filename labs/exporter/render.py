# SPDX-License-Identifier: MIT
"""Renders trees: the files that a lab has published, each hole stub or solution, without a mark.

labN: all stubs. solN: everything up to lab N is solved. prepN: everything before lab N is solved.
"""

import re
from collections.abc import Set

from . import patches
from .course import Course, text_file
from .errors import Complaint, Problem
from .export_toml import hint_table, lab_table, manifest
from .ids import exercise_of, lab_of
from .marks import Hole
from .source import Tree

KIND = re.compile(r"(lab|sol|prep)([1-9]\d*)")


def indented(lines: tuple[str, ...], indent: str) -> list[str]:
    """The lines of a stub at the place of a mark. Empty lines stay empty; a line of the preprocessor stays at the left."""
    return [indent + line if line and not re.match(r"#\s*(if|el|endif|define|include|undef)", line) else line for line in lines]


class Renderer:
    """Makes trees of one course, and remembers what several trees share."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self._overlays: dict[int, Tree] = {}
        self._patched: dict[tuple[str, ...], Tree] = {}

    def solved_in(self, kind: str) -> tuple[int, frozenset[str]]:
        """The lab of the tree `kind` (lab2, sol2, prep2) and the exercises that are solved in it."""
        match = KIND.fullmatch(kind)
        if match is None:
            raise Problem(f"`{kind}` is no tree; there are labN, solN and prepN")
        lab = self.course.lab(int(match[2])).number
        last = {"lab": 0, "prep": lab - 1, "sol": lab}[match[1]]
        return lab, frozenset(one.id for one in self.course.exercises if lab_of(one.id) <= last)

    def tree(self, kind: str, also: Set[str] = frozenset()) -> Tree:
        """The tree `kind`, with the exercises `also` solved too."""
        lab, solved = self.solved_in(kind)
        return self.render(lab, solved | also)

    def render(self, lab: int, solved: Set[str]) -> Tree:
        """The tree that lab `lab` publishes, with the exercises in `solved` solved, and stubs for all others."""
        tree = self.course.published(lab)
        for path in self.course.holes:
            if path in tree:
                tree[path] = text_file(self.lines(path, solved))
        tree |= self._overlay(lab)
        return self._with_patches(tree, solved)

    def lines(self, path: str, solved: Set[str]) -> list[str]:
        """The lines of a file with holes."""
        lines, result, position = self.course.lines[path], [], 0
        for hole in self.course.holes[path]:
            result += lines[position:hole.opened - 1] + self.filling(hole, solved)
            position = hole.closed
        return result + lines[position:]

    def filling(self, hole: Hole, solved: Set[str]) -> list[str]:
        """What stands in place of a hole: the solution's lines or the stub's."""
        if exercise_of(hole.id) in solved:
            return self.course.lines[hole.file][hole.opened:hole.closed - 1]
        stub = self.course.stubs.get(hole.id)
        if stub is None:
            raise Problem(Complaint(hole.file, hole.opened, f"hole {hole.id} has no stub; write {hole.stub}", "L1"))
        return indented(stub.lines, hole.indent)

    def _overlay(self, lab: int) -> Tree:
        """What the labs up to `lab` publish beside files of the solved tree."""
        if lab not in self._overlays:
            known: set[str] = set()
            files = self.course.overlay(lab)
            for one in (one for one in self.course.labs if one.number <= lab):
                table = {f"grade/labs/{one.name}.toml": lab_table(self.course, one),
                         f"grade/labs/{one.name}.hints.toml": hint_table(one)}
                published = self.course.published(one.number) | self.course.overlay(one.number) | table
                new = {path: file for path, file in published.items() if path not in known and path not in self.course.holes}
                files |= table | {f"grade/labs/{one.name}.manifest": manifest(new)}
                known |= new.keys()
            self._overlays[lab] = files
        return self._overlays[lab]

    def _with_patches(self, tree: Tree, solved: Set[str]) -> Tree:
        steps = patches.steps(self.course, solved)
        if not steps:
            return tree
        if steps not in self._patched:
            self._patched[steps] = patches.apply(self.course, tree, steps)
        return {path: file for path, file in tree.items() if not path.startswith(patches.FOLDER)} | self._patched[steps]
