# SPDX-License-Identifier: MIT
"""The third proof, for mends: a student in the middle of a lab pulls a correction, and later merges the next lab.

Pulling may conflict only where the student changed a neighbouring line. Merging the next lab afterwards may never conflict.
"""

import difflib
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from .history import History
from .lint_trees import NEAR, hole_lines
from .manifest import Lab
from .publish import Publication
from .render import Renderer
from .source import File, Tree
from .students import Student

NEIGHBOUR = 4       # lines: git may call it a conflict when two sides change lines as near as this


@dataclass
class Trial:
    """A mend of one file on a lab's branch, and a student. Commits are marks until they are written."""

    student: Student
    lab: Lab
    path: str
    old: list[str]
    new: list[str]
    pulled: str             # the student's commit before the pull
    mended: str             # the lab's branch, mended
    following: str = ""     # the next lab's branch, with the mend merged


def _places(renderer: Renderer, path: str, lines: list[str]) -> list[int]:
    """The lines (from 0) of a published file that may be mended."""
    holes = [(start, end) for _, start, end in hole_lines(renderer, path)]
    return [number for number in range(len(lines))
            if all(number <= start - NEAR or number >= end - 1 + NEAR for start, end in holes)]


def mended(lines: list[str], place: int, dice: random.Random) -> list[str]:
    """The lines with a change at `place`: one replaced, added or removed."""
    kind = dice.choice(["replace", "insert", "delete"])
    if kind == "insert":
        return lines[:place] + ["// A correction."] + lines[place:]
    if kind == "delete" and lines[place].strip():
        return lines[:place] + lines[place + 1:]
    return lines[:place] + [lines[place] + "  // corrected"] + lines[place + 1:]


def _changed(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """The ranges of lines of `old` that differ in `new`."""
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [(start, end) for tag, start, end, _, _ in matcher.get_opcodes() if tag != "equal"]


def _gained(old: list[str], new: list[str]) -> tuple[Counter[str], Counter[str]]:
    """The lines that `new` has more often than `old`, and those that it has less often."""
    before, after = Counter(old), Counter(new)
    return after - before, before - after


class Mends:
    """`count` mends on each branch of a publication, each with a student of its own."""

    def __init__(self, publication: Publication, count: int) -> None:
        self.publication, self.count = publication, count
        self.renderer = Renderer(publication.course)
        self.history = History(publication.public)
        self.neighbours = self.tried = 0

    def run(self) -> Iterator[str]:
        """Tries all. Yields what is wrong."""
        trials = [trial for lab, following in self._branches() for trial in self._trials(lab, following)]
        names = self.history.write()
        pulls = self.history.merge_all([(names[trial.pulled], names[trial.mended]) for trial in trials])
        pulled = []
        for trial, merged in zip(trials, pulls):
            self.tried += 1
            if merged.conflicts:
                if self._are_neighbours(trial):
                    self.neighbours += 1
                else:
                    yield f"{trial.student.name} of {trial.lab.name}: pulling a mend conflicts in {', '.join(merged.conflicts)}"
            elif complaint := self._check_pull(trial, merged.tree, names):
                yield f"{trial.student.name} of {trial.lab.name}: {complaint}"
            elif trial.following:
                parents = [names[trial.pulled], names[trial.mended]]
                pulled.append((trial, self.history.repository.commit(merged.tree, parents, "pulled\n", "1767322245 +0000")))
        for (trial, commit), merged in zip(pulled, self.history.merge_all(
                [(commit, names[trial.following]) for trial, commit in pulled])):
            if merged.conflicts:
                files = ", ".join(merged.conflicts)
                yield f"{trial.student.name} of {trial.lab.name}: after a mend, the next lab conflicts in {files}"

    def _branches(self) -> Iterator[tuple[Lab, Lab | None]]:
        labs = self.publication.course.labs
        yield from zip(labs, [*labs[1:], None])

    def _trials(self, lab: Lab, following: Lab | None) -> Iterator[Trial]:
        public, history = self.publication.public, self.history
        published = self.renderer.tree(lab.name)
        arriving = self.renderer.tree(following.name) if following else Tree()
        texts = sorted(path for path, file in published.items() if file.is_text and not path.startswith("my/"))
        with_holes = sorted(path for path in self.renderer.course.holes if path in published)
        for number in range(self.count):
            seed = 100_000 * lab.number + number
            dice = random.Random(seed)
            path = dice.choice(with_holes if with_holes and dice.random() < 0.7 else texts)
            old = published[path].data.decode().splitlines()
            places = _places(self.renderer, path, old)
            if not places:
                continue
            new = mended(old, dice.choice(places), dice)
            change = {path: File("".join(line + "\n" for line in new).encode(), published[path].executable)}
            student = Student(self.renderer, seed, calm=True)
            student.receive(published)
            student.work(lab.number, share=dice.choice([0.4, 0.7]))
            trial = Trial(student, lab, path, old, new,
                          history.commit([public.tip(lab.name) or ""], published, student.tree),
                          history.commit([public.tip(lab.name) or ""], published, published | change))
            if following:
                trial.following = history.commit([public.tip(following.name) or "", trial.mended], arriving, arriving | change)
            yield trial

    def _student_lines(self, trial: Trial) -> list[str]:
        return trial.student.tree[trial.path].data.decode().splitlines()

    def _are_neighbours(self, trial: Trial) -> bool:
        """Whether the student changed a line next to the mend, or the same one."""
        theirs = _changed(trial.old, self._student_lines(trial))
        return any(start - NEIGHBOUR < end_of_other and start_of_other < end + NEIGHBOUR
                   for start, end in _changed(trial.old, trial.new) for start_of_other, end_of_other in theirs)

    def _check_pull(self, trial: Trial, tree: str, names: dict[str, str]) -> str:
        """What a pull without conflict did wrong: it must change the one file, by the mend's lines."""
        repository = self.history.repository
        changed = repository.git("diff", "--name-only", names[trial.pulled], tree).splitlines()
        if changed != [trial.path]:
            return f"pulling a mend of {trial.path} changed {', '.join(changed) or 'nothing'}"
        merged = repository.run("show", f"{tree}:{trial.path}").stdout.decode().splitlines()
        if _gained(self._student_lines(trial), merged) != _gained(trial.old, trial.new):
            return f"pulling a mend of {trial.path} changed other lines than the mend's"
        return ""
