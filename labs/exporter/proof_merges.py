# SPDX-License-Identifier: MIT
"""The third proof: whatever students do to their files, the next lab merges without a conflict, and changes none of them."""

from collections.abc import Iterator
from pathlib import Path

from .course import Course
from .history import History
from .publish import Publication
from .render import Renderer
from .source import Tree
from .students import Student

DATE = "1767322245 +0000"
SHOWN = 10


def differences(repository_tree: str, expected: str, history: History) -> str:
    """The paths in which two trees differ, for a message."""
    return ", ".join(history.repository.git("diff", "--name-only", repository_tree, expected).splitlines()[:SHOWN])


def fresh_publication(course: Course, folder: Path) -> Publication:
    """The labs as published for the first time, in a folder that was empty."""
    publication = Publication(course, folder, DATE)
    publication.run_labs()
    return publication


def plain_solutions(publication: Publication) -> Iterator[str]:
    """Merging lab N+1 into solN gives prepN+1, byte for byte. Yields what is wrong."""
    history, labs = History(publication.private), publication.course.labs
    for lab, following in zip(labs, labs[1:]):
        merged = history.merge(f"sol{lab.number}", publication.public.tip(following.name) or "")
        expected = publication.private.tree_of(f"prep{following.number}")
        if merged.conflicts:
            yield f"merging {following.name} into sol{lab.number} conflicts in {', '.join(merged.conflicts)}"
        elif merged.tree != expected:
            yield f"merging {following.name} into sol{lab.number} gives another tree than prep{following.number}: " \
                  f"{differences(merged.tree, expected, history)}"


class Students:
    """Varied students, each from the first lab to the last, on the branches of a publication."""

    def __init__(self, publication: Publication, count: int, first_lab: int | None = None) -> None:
        self.publication, self.count = publication, count
        self.labs = [lab for lab in publication.course.labs if first_lab is None or lab.number >= first_lab]
        self.merges = 0

    def run(self) -> Iterator[str]:
        """Tries all merges. Yields what is wrong."""
        renderer = Renderer(self.publication.course)
        history = History(self.publication.public)
        trials: list[tuple[Student, str, str, str, str]] = []     # who, lab that arrives, student's commit, tip, expected merge
        for seed in range(self.count):
            trials += self._career(Student(renderer, seed), renderer, history)
        names = history.write()
        results = history.merge_all([(names[ours], tip) for _, _, ours, tip, _ in trials])
        self.merges = len(results)
        for (student, lab, _, _, expected), merged in zip(trials, results):
            if merged.conflicts:
                yield f"{student.name}: {lab} conflicts in {', '.join(merged.conflicts)}"
            elif merged.tree != (wanted := history.repository.tree_of(names[expected])):
                yield f"{student.name}: {lab} changes {differences(wanted, merged.tree, history)}"

    def _career(self, student: Student, renderer: Renderer, history: History) -> Iterator[tuple[Student, str, str, str, str]]:
        """Lab for lab: what arrives is merged into the student's last commit, and worked on."""
        before, published, commit = Tree(), Tree(), ""
        for lab in self.labs:
            tip = self.publication.public.tip(lab.name) or ""
            arrived = renderer.tree(lab.name)
            student.receive({path: file for path, file in arrived.items() if path not in published})
            published = arrived
            if commit:
                expected = history.commit([commit, tip], before, student.tree)
                yield student, lab.name, commit, tip, expected
            else:
                expected = tip
            before = dict(student.tree)
            student.work(lab.number)
            commit = history.commit([expected], before, student.tree)
            before = dict(student.tree)
