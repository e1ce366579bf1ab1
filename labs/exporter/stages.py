# SPDX-License-Identifier: MIT
"""The stages of a lab: nothing of it solved, then one exercise more each time, to the last. One folder serves all labs, as a
student's does, so each stage builds what has changed since the one before."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .folder import write_folder
from .grader import Built, Grader, Result
from .hidden import hidden_files, require
from .manifest import Lab
from .render import Renderer
from .source import Tree


@dataclass(frozen=True)
class Stage:
    """`key`: in [scores]; `solved`: the exercises of this lab that are solved; `next`: the one to solve next, or None."""

    key: str
    solved: tuple[str, ...]
    next: str | None


def stages(lab: Lab) -> list[Stage]:
    """All stages of a lab, the first with nothing solved, the last with everything."""
    numbers = [exercise.id for exercise in lab.exercises]
    return [Stage(key, tuple(numbers[:count]), following)
            for count, (key, following) in enumerate(zip(["start", *numbers], [*numbers, None]))]


class Bench:
    """Renders, builds and grades trees of a course in a folder below `folder`."""

    def __init__(self, renderer: Renderer, folder: Path, grader: Grader) -> None:
        self.renderer, self.folder, self.grader = renderer, folder, grader
        self.place = folder / "tree"

    def write(self, tree: Tree) -> Path:
        """Writes a tree into the folder."""
        _, removed = write_folder(self.place, tree)
        if removed:     # back to an earlier lab: an initrd is packed from a folder, in which later programs would stay
            shutil.rmtree(self.place / "build/initrd", ignore_errors=True)
        return self.place

    def build(self, lab: Lab, tree: Tree) -> Built:
        return self.grader.build(self.write(tree), lab.number)

    def grade(self, lab: Lab, stage: Stage) -> list[Result]:
        """Grades the tree in which the labs before are solved, and of this one what the stage says."""
        tree = self.renderer.tree(f"prep{lab.number}", set(stage.solved))
        return self.grader.grade(self.write(tree), lab.number)

    def grade_hidden(self, lab: Lab) -> list[Result]:
        """Grades the solution of the lab, with its hidden tests too. Raises Problem if these do not fit."""
        solution = self.renderer.tree(f"sol{lab.number}")
        require(self.renderer.course, lab, solution)
        hidden = self.folder / f"{lab.name}-hidden"
        write_folder(hidden, hidden_files(self.renderer.course, lab))
        shutil.rmtree(self.place / "build/grade/tree", ignore_errors=True)      # the grader's copy, with another lab's hidden tests
        return self.grader.grade(self.write(solution), lab.number, hidden)

    def all_grades(self, lab: Lab) -> Iterator[tuple[Stage, list[Result]]]:
        """Each stage with its results."""
        for stage in stages(lab):
            yield stage, self.grade(lab, stage)
