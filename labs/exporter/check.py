# SPDX-License-Identifier: MIT
"""The four proofs, two at a time. Each says what it tried, and all that is wrong."""

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from .course import Course
from .errors import Problem
from .grader import Grader
from .lint import lint
from .prebuilt import Prebuilt
from .proof_boots import check_lab
from .proof_merges import Students, fresh_publication, plain_solutions
from .proof_mends import Mends
from .proof_student import OneStudent
from .render import Renderer
from .repository import Repository
from .source import Tree
from .stages import Bench


class Proofs:
    """All proofs of the course that `source`, the solved tree, describes. `quick`: the newest lab alone, and few students."""

    def __init__(self, source: Tree, build: Path, grader: Grader, prebuilt: Prebuilt, *, quick: bool, students: int,
                 mends: int) -> None:
        self.source, self.build, self.grader, self.prebuilt, self.quick = source, build, grader, prebuilt, quick
        self.complete = prebuilt.added_to(source)
        self.course = Course(self.complete)
        self.students, self.mends = students, mends
        self.renderer = Renderer(self.course)

    def sources(self) -> Iterator[str]:
        """The linter, and with it the fourth proof: nothing has leaked."""
        public = self.build / "labs/public.git"
        yield from map(str, lint(self.course, Repository(public) if public.exists() else None))

    def programs(self) -> Iterator[str]:
        """What is published ready to run is what its sources make, wherever they lie."""
        if not self.quick:
            yield from self.prebuilt.differences(self.source, self.complete)

    def merges(self) -> Iterator[str]:
        """The third proof, on repositories that are thrown away."""
        with tempfile.TemporaryDirectory(prefix="labs-") as folder:
            publication = fresh_publication(self.course, Path(folder))
            yield from plain_solutions(publication)
            labs = [lab.number for lab in self.course.labs]
            yield from Students(publication, self.students, labs[-2:][0] if self.quick else None).run()
            yield from Mends(publication, self.mends).run()

    def student(self) -> Iterator[str]:
        """The third proof again, with the commands that students give: two go the whole way, one of them graded."""
        with tempfile.TemporaryDirectory(prefix="labs-") as name:
            folder, branch = Path(name), self.course.labs[0].name
            publication = fresh_publication(self.course, folder)
            yield from OneStudent(publication, folder / "plain", self.grader).run()
            yield from OneStudent(publication, folder / "graded", self.grader, ("--single-branch", "-b", branch),
                                  varies=True, grades=not self.quick).run()

    def boots(self) -> Iterator[str]:
        """The first two proofs, in folders that keep what was built."""
        bench = Bench(self.renderer, self.build / "labs/check", self.grader)
        for lab in self.course.labs[-1:] if self.quick else self.course.labs:
            yield from check_lab(bench, lab, self.quick)

    def run(self, say: Callable[[str], None] = print) -> int:
        """Runs all; returns how many things are wrong. The first takes as long as the others together, and each of them waits
        for one program at a time: so they run beside it."""
        with ThreadPoolExecutor(max_workers=2) as pool:
            running = [pool.submit(tried, title, proof) for title, proof in (
                ("builds, boots and scores", self.boots),
                ("sources, and what they give away", self.sources),
                ("programs that come ready to run", self.programs),
                (f"merges: {self.students} students a step, {self.mends} mends a branch", self.merges),
                ("a student's way from the first lab to the last", self.student))]
            wrong = 0
            for ended in as_completed(running):
                complaints, words = ended.result()
                for complaint in complaints:
                    say(f"  {complaint}")
                say(words)
                wrong += len(complaints)
        return wrong


def tried(title: str, proof: Callable[[], Iterator[str]]) -> tuple[list[str], str]:
    """What a proof complains of, and what became of it in a line."""
    start, complaints = time.monotonic(), []
    try:
        complaints.extend(proof())
    except Problem as problem:
        complaints.append(str(problem))
    return complaints, f"{'WRONG' if complaints else 'ok   '}  {title}  ({time.monotonic() - start:.0f} s)"
