# SPDX-License-Identifier: MIT
"""The screen of `make grade`. It depends on the submission alone: no times, no addresses of this computer."""

import re
import textwrap
from collections.abc import Sequence

from .config import Exercise, Lab, Test
from .setting import Outcome
from .verdict import Kind

NAME_WIDTH = 24
FEW_DETAILS = 6
WIDTH = 150             # columns of a detail, at most; a longer one is folded
FEW_LINES = 4           # of one detail


def clean(text: str) -> str:
    """Without control characters: what a guest prints must not play with the terminal."""
    return re.sub(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffc]", "?", text)


def folded(text: str, indent: str) -> list[str]:
    """A detail in as many lines as it needs, but for what would be too many."""
    lines = textwrap.wrap(clean(text), WIDTH, subsequent_indent="  ")[:FEW_LINES]
    return [indent + line for line in lines] or [""]


def number(value: float) -> str:
    return f"{value:g}"


def score_of(test: Test, outcome: Outcome) -> float:
    return test.points if outcome.verdict.kind == Kind.OK else 0


class Screen:
    """Prints tests in their order. Knows which exercises are broken, so that what follows from them stays short."""

    def __init__(self, lab: Lab, *, results: str) -> None:
        self._lab, self._results = lab, results
        self._missing: set[str] = set()
        self._broken: list[str] = []

    def head(self, notes: Sequence[str], *, as_published: bool) -> list[str]:
        title = f"Lab {self._lab.number}  {self._lab.title}"
        return [title + ("    (tests as published)" if as_published else ""), *(f"  note: {clean(note)}" for note in notes)]

    def build(self, error: str) -> list[str]:
        """That the tree does not build."""
        first, *rest = error.split("\n")
        return [f"  BUILD  {clean(first)[:WIDTH]}", *(f"         {clean(line)[:WIDTH]}" for line in rest),
                f"         all of it: {self._results}/build.log"]

    def test(self, test: Test, outcome: Outcome) -> list[str]:
        """The lines of one test."""
        kind = outcome.verdict.kind
        points = f"{number(score_of(test, outcome))}/{number(test.points)}" if test.points else "-"
        line = f"  {test.exercise:<4} {test.name:<{NAME_WIDTH}} {kind.value:<7} {points:>6}"
        if kind == Kind.OK:
            return [line]
        earlier = next((each for each in self._broken if each in test.needs and each != test.exercise), "")
        if kind not in (Kind.INFRA, Kind.BUILD) and test.exercise not in self._broken:
            self._broken.append(test.exercise)
        if kind == Kind.TO_DO:
            return [f"{line}   {self._to_do(outcome)}"]
        if kind == Kind.BUILD and test.kind != "host":
            return [line]       # the error stands at the top, once
        if earlier:
            return [f"{line}   {clean(outcome.verdict.reason)[:WIDTH]}", f"       may follow from {earlier}; {self._log(test)}"]
        return [line, *self._details(test, outcome)]

    def _to_do(self, outcome: Outcome) -> str:
        missing = outcome.verdict.missing
        if missing in self._missing:
            return f"needs {missing}"
        self._missing.add(missing)
        return clean(outcome.verdict.reason)[:WIDTH]

    def _details(self, test: Test, outcome: Outcome) -> list[str]:
        lines = folded(outcome.verdict.reason, " " * 7)
        for each in outcome.verdict.details[:FEW_DETAILS]:
            lines += folded(each, " " * 9)
        if outcome.verdict.kind != Kind.INFRA and not test.hidden:
            lines.append(f"       {self._exercise(self._lab.exercise(test.exercise))}")
        return [*lines, f"       {self._log(test)}"]

    def _exercise(self, exercise: Exercise) -> str:
        """Where to go on."""
        files = {file: [] for file, _ in exercise.places}
        for file, function in exercise.places:
            files[file] += [function] if function else []
        places = "; ".join(", ".join([*functions, file]) for file, functions in files.items())
        parts = [f"exercise {exercise.id} {places}".rstrip()]
        if exercise.title:
            lab = exercise.id.partition(".")[0]
            parts.append(f'handout: lab{lab} "{exercise.title}"')
        return "   ".join([*parts, f"make hint EX={exercise.id}"])

    def _log(self, test: Test) -> str:
        again = f"   again, recorded: make record TEST={test.name}" if test.kind == "boot" and not test.hidden else ""
        return f"log {self._results}/{test.name}.log{again}"

    def foot(self, graded: Sequence[tuple[Test, Outcome]], *, whole: bool) -> list[str]:
        """The score, and what to do next. `whole`: all tests of the lab have run."""
        have = sum(score_of(test, outcome) for test, outcome in graded)
        most = sum(test.points for test, _ in graded)
        ended = sum(outcome.verdict.kind in (Kind.OK, Kind.WRONG, Kind.LEAK) for _, outcome in graded)
        next_ = []
        for test, outcome in graded:
            if outcome.verdict.kind not in (Kind.OK, Kind.INFRA) and test.exercise not in next_:
                next_.append(test.exercise)
        parts = [f"Score {number(have)}/{number(most)}" + ("" if whole else " of what was run")]
        if next_:
            parts.append(f"next: {', then '.join(next_[:2])}")
        return ["    ".join([*parts, f"{ended} of {len(graded)} tests ran to their end"])]
