# SPDX-License-Identifier: MIT
"""Students, each in a way of their own: what they do to a lab's tree, drawn from a seed."""

import random

from .ids import exercise_of, lab_of
from .patches import FOLDER
from .render import Renderer
from .source import File, Tree
from .student_file import StudentFile

EDITED = ("Makefile", "README.md")      # files of everyone's that some students change


class Student:
    """A student who begins with a lab's published tree. `calm`: no editor changes every line of a file."""

    def __init__(self, renderer: Renderer, seed: int, calm: bool = False) -> None:
        self.renderer, self.calm = renderer, calm
        self.dice = random.Random(seed)
        self.name = f"student {seed}"
        self.tree: Tree = {}
        self.files: dict[str, StudentFile] = {}

    def receive(self, arrived: Tree) -> None:
        """A lab arrives: the files that are new in it."""
        self.tree |= arrived
        for path in arrived.keys() & self.renderer.course.holes.keys():
            self.files[path] = StudentFile(self.renderer, path)

    def work(self, lab: int, share: float = 1.0) -> None:
        """Solves the holes of a lab (this share of its exercises), and leaves traces elsewhere."""
        course, dice = self.renderer.course, self.dice
        exercises = course.lab(lab).exercises
        solved = {exercise.id for exercise in exercises[:max(1, round(share * len(exercises)))]}
        how_often = dice.choice([0.0, 0.3, 0.7])
        for hole in course.all_holes():
            if hole.file in self.files and exercise_of(hole.id) in solved:
                solution = course.lines[hole.file][hole.opened:hole.closed - 1]
                self.files[hole.file].solve(hole, list(solution), dice, how_often)
        for _, file in sorted(self.files.items()):
            for _ in range(dice.randrange(3)):
                file.edit(dice)
            if not self.calm and file.whole == "plain" and dice.random() < 0.15:
                file.whole = dice.choice(["crlf", "trailing", "tabs"])
            self.tree[file.path] = file.render()
        if share == 1.0:
            self._work_below_lab1(lab)
        self._own_files(lab)

    def _work_below_lab1(self, lab: int) -> None:
        """What lab 1 asks for in lab1/; a later lab finds the folder changed, or gone."""
        solved = frozenset(one.id for one in self.renderer.course.exercises if lab_of(one.id) <= lab)
        ours = {path for path in self.tree if path.startswith(FOLDER)}
        theirs = {path: file for path, file in self.renderer.render(lab, solved).items() if path.startswith(FOLDER)}
        if lab == self.renderer.course.labs[0].number:
            keep = theirs
        elif self.dice.random() < 0.3:
            keep = {}
        else:
            return
        for path in ours - keep.keys():
            del self.tree[path]
        self.tree |= keep

    def _own_files(self, lab: int) -> None:
        dice = self.dice
        if dice.random() < 0.5:
            self.tree[f"my/notes{lab}.md"] = File(b"# What I learnt\n")
        if dice.random() < 0.3:
            self.tree[f"kernel/debug/mine{lab}.h"] = File(b"// mine\n")
        for path in (*EDITED, f"labs/0{lab}.mk"):
            if path in self.tree and dice.random() < 0.3:
                old = self.tree[path]
                edited = dice.choice([old.data + b"# mine\n", b"# mine\n" + old.data])
                self.tree[path] = File(edited, old.executable)
