# SPDX-License-Identifier: MIT
"""The third proof, by hand: a student goes through all labs with the commands of the handouts, and none other.

Clone, solve one exercise after the other, `make grade`, commit, `make handin`, `make next-lab`, and so on. In the end the
student has the solved tree's code.
"""

import random
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .course import Course
from .errors import Problem
from .folder import write_files
from .grader import Grader, environment, score
from .ids import exercise_of
from .manifest import Exercise, Lab
from .marks import MARK
from .patches import FOLDER
from .publish import Publication
from .render import Renderer
from .source import File, read_folder
from .student_file import HARMLESS, StudentFile

LIMIT = 120                                             # s of real time for a command, if it does not grade
COMMAND = re.compile(r"^  (git .*)$", re.MULTILINE)     # what a refusal offers
ANSWERS = {"answers.md": File(b"# My answers\n")}
SAME = {"merge.ff": "true", "pull.rebase": "false", "user.name": "A Student", "user.email": "student@glenda.invalid"}


def code(text: str) -> list[str]:
    """The lines of a source, without comments, indentation and blank lines."""
    stripped = (re.sub(r"//.*", "", line).strip() for line in text.splitlines())
    return [line for line in stripped if line]


def without_marks(course: Course, path: str) -> str:
    """The file of the solved tree as if there were no labs."""
    lines = course.source[path].data.decode().splitlines()
    return "".join(f"{line}\n" for line in lines if not MARK.fullmatch(line))


@dataclass
class OneStudent:
    """A student who works in `folder`, which is not there yet. `clone`: how git clones; `varies`: lays code out in another
    way; `grades`: and grades it, which takes time."""

    publication: Publication
    folder: Path
    grader: Grader
    clone: Sequence[str] = ()
    varies: bool = False
    grades: bool = False
    said: str = ""                  # by the last command
    _files: dict[str, StudentFile] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.course = self.publication.course
        self.renderer = Renderer(self.course)
        self._dice = random.Random(1)

    # --- commands -----------------------------------------------------------------------------------------------------

    def _try(self, *command: str, cwd: Path | None = None) -> bool:
        """Runs a command. Says whether it succeeded."""
        done = subprocess.run(command, cwd=cwd or self.folder, capture_output=True, text=True, errors="replace", check=False,
                              timeout=LIMIT, stdin=subprocess.DEVNULL, env=environment() | {"GIT_CONFIG_GLOBAL": "/dev/null"})
        self.said = done.stdout + done.stderr
        return done.returncode == 0

    def _run(self, *command: str, cwd: Path | None = None) -> None:
        if not self._try(*command, cwd=cwd):
            raise Problem(f"a student's `{' '.join(command)}` fails: {self.said.strip()}")

    def _make(self, target: str) -> bool:
        return self._try("make", *self.grader.settings, target)

    # --- the way ------------------------------------------------------------------------------------------------------

    def run(self) -> Iterator[str]:
        """Goes the whole way. Yields what is wrong. Raises Problem where it ends too early."""
        labs = self.course.labs
        self._run("git", "clone", "-q", *self.clone, f"file://{self.publication.public.path.resolve()}", str(self.folder),
                  cwd=self.folder.parent)
        for key, value in SAME.items():
            self._run("git", "config", key, value)
        self._run("git", "switch", "-q", "-c", "mine", f"origin/{labs[0].name}")
        write_files(self.folder, ANSWERS)
        for lab, following in zip(labs, [*labs[1:], None]):
            yield from self._solve(lab)
            if following:
                self._advance(following)
        yield from self._compare()

    def _solve(self, lab: Lab) -> Iterator[str]:
        for path in self.course.holes:
            if path not in self._files and (self.folder / path).exists():
                self._files[path] = StudentFile(self.renderer, path)
        for path, file in self._files.items():
            if (self.folder / path).read_bytes() != file.render().data:
                yield f"a student who begins lab {lab.number} finds that {path} has changed"
        for exercise in lab.exercises:
            self._write(lab, exercise)
            self._run("git", "add", "-A")
            self._run("git", "commit", "-q", "-m", f"{exercise.id} {exercise.title}")
        if not self.grades:
            return
        most, results = sum(test.points for test in lab.tests), self.grader.grade(self.folder, lab.number)
        if score(results) != most:
            lost = ", ".join(f"{one.name} {one.kind}" for one in results if not one.is_full)
            yield f"a student who has solved lab {lab.number} scores {score(results):g} of {most}: {lost}"
        if not self._make("handin") or "missing" in self.said:
            yield f"a student who has solved lab {lab.number} cannot hand in: {self.said.strip()}"

    def _write(self, lab: Lab, exercise: Exercise) -> None:
        """Solves one exercise."""
        for path, file in self._files.items():
            for hole in (hole for hole in self.course.holes[path] if exercise_of(hole.id) == exercise.id):
                solution = self.course.lines[path][hole.opened:hole.closed - 1]
                file.fill(hole, self._dice.choice(HARMLESS)(solution, self._dice) if self.varies else solution)
                write_files(self.folder, {path: file.render()})
        if any(path.startswith(FOLDER) for path in exercise.files):
            solved = {one.id for one in lab.exercises[:lab.exercises.index(exercise) + 1]}
            tree = {path: file for path, file in self.renderer.render(lab.number, solved).items() if path.startswith(FOLDER)}
            self._run("git", "rm", "-r", "-q", FOLDER)
            write_files(self.folder, tree)

    def _advance(self, following: Lab) -> None:
        """`make next-lab`. If it refuses, does what it says, once."""
        if not self._make("next-lab"):
            refusal = COMMAND.search(self.said)
            if refusal is None:
                raise Problem(f"a student's `make next-lab` fails, and offers no command: {self.said.strip()}")
            self._run("sh", "-c", refusal[1])
            if not self._make("next-lab"):
                raise Problem(f"a student's `make next-lab` fails after `{refusal[1]}`: {self.said.strip()}")
        if not (self.folder / f"labs/0{following.number}.mk").exists():
            raise Problem(f"a student's `make next-lab` does not bring lab {following.number}: {self.said.strip()}")

    def _compare(self) -> Iterator[str]:
        """The tree is the solved one; its code is, if the student varies it."""
        mine = read_folder(self.folder)
        for path in self.course.published(self.course.labs[-1].number):
            wanted = without_marks(self.course, path) if path in self.course.holes else None
            data = mine[path].data if path in mine else b""
            if wanted is None and data != self.course.source[path].data:
                yield f"a student who has solved all labs has another {path}"
            elif wanted is not None and (code(data.decode()) != code(wanted) if self.varies else data.decode() != wanted):
                yield f"a student who has solved all labs has other code in {path} than the solved tree"
