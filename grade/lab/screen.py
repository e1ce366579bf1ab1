# SPDX-License-Identifier: MIT
"""The screen of `make grade`: COLUMNS wide, because long lines are cut off or torn apart on many terminals. It depends on
the submission alone: no times, no addresses of this computer."""

import re
import textwrap
from collections.abc import Sequence

from .config import Exercise, Lab, Test, order
from .setting import Outcome
from .verdict import Kind

NAME_WIDTH = 24
INDENT = " " * 7        # below a test
FEW_DETAILS = 12
MOST = 400              # characters of a reason or a detail
COLUMNS = 80


def clean(text: str) -> str:
    """Without control characters: what a guest prints must not play with the terminal."""
    return re.sub(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffc]", "?", text)


def wrapped(text: str, indent: str, first: str | None = None) -> list[str]:
    """The text in lines of COLUMNS, but a word that is longer stays whole. `first`: what stands before the first line."""
    return textwrap.wrap(clean(text)[:MOST], COLUMNS, initial_indent=indent if first is None else first,
                         subsequent_indent=indent + "  ", break_long_words=False, break_on_hyphens=False) or [indent.rstrip()]


def kept(text: str, indent: str) -> list[str]:
    """A detail. What stands in a column, as below a compiler's error or on a console, keeps its blanks."""
    if re.match(r" *\d* \||\| ", text):
        return [f"{indent}{clean(text)[:MOST]}"]
    return wrapped(text.strip(), indent + " " * (len(text) - len(text.lstrip())))


def joined(parts: Sequence[str], indent: str) -> list[str]:
    """The parts, as many in a line as fit."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + 3 + len(part) <= COLUMNS:
            lines[-1] += "   " + part
        else:
            lines += wrapped(part, indent)
    return lines


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
        return [title + ("    (tests as published)" if as_published else ""),
                *(line for note in notes for line in wrapped(f"note: {note}", "  "))]

    def build(self, error: str) -> list[str]:
        """That the tree does not build."""
        first, *rest = error.split("\n")
        indent = " " * 9
        return [*wrapped(first, indent, first="  BUILD  "), *(each for line in rest for each in kept(line, indent)),
                f"{indent}all of it: {self._results}/build.log"]

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
            return self._to_do(line, outcome)
        if kind == Kind.BUILD and test.kind != "host":
            return [line]       # the error stands at the top, once
        if earlier:
            return [line, *wrapped(outcome.verdict.reason, INDENT),
                    *joined([f"may follow from {earlier}", *self._log(test)], INDENT)]
        return [line, *self._details(test, outcome)]

    def _to_do(self, line: str, outcome: Outcome) -> list[str]:
        missing = outcome.verdict.missing
        if missing in self._missing:
            return [f"{line}   needs {missing}"]
        self._missing.add(missing)
        return [line, *wrapped(outcome.verdict.reason, INDENT)]

    def _details(self, test: Test, outcome: Outcome) -> list[str]:
        lines = wrapped(outcome.verdict.reason, INDENT)
        for each in outcome.verdict.details[:FEW_DETAILS]:
            lines += kept(each, INDENT + "  ")
        if outcome.verdict.kind != Kind.INFRA and not test.hidden:
            lines += joined(self._exercise(self._lab.exercise(test.exercise), test.about), INDENT)
        return [*lines, *joined(self._log(test), INDENT)]

    def _exercise(self, exercise: Exercise, about: tuple[str, ...]) -> list[str]:
        """Where to go on: in these files, or in all of the exercise."""
        tried = [place for place in exercise.places if not about or place[0] in about]
        files = {file: [] for file, _ in tried}
        for file, function in tried:
            files[file] += [function] if function else []
        places = "; ".join(", ".join([*functions, file]) for file, functions in files.items())
        parts = [f"exercise {exercise.id} {places}".rstrip()]
        if exercise.title:
            lab = exercise.id.partition(".")[0]
            parts.append(f'handout: lab{lab} "{exercise.title}"')
        return [*parts, f"make hint EX={exercise.id}"]

    def _log(self, test: Test) -> list[str]:
        again = [f"again, recorded: make record TEST={test.name}"] if test.kind == "boot" and not test.hidden else []
        return [f"log {self._results}/{test.name}.log", *again]

    def carried(self, before: Lab, graded: Sequence[tuple[Test, Outcome]]) -> list[str]:
        """Tests of the lab before: how many pass, and those that do not."""
        failed = [(test, outcome) for test, outcome in graded if outcome.verdict.kind != Kind.OK]
        have = f"{len(graded) - len(failed)} of {len(graded)} tests" if failed else f"all {len(graded)} tests"
        screen = Screen(before, results=f"{self._results}/carried")
        return [f"Lab {before.number}  {have} that this lab runs again pass (no points)",
                *(line for test, outcome in failed for line in screen.test(test, outcome))]

    def foot(self, graded: Sequence[tuple[Test, Outcome]], earlier: Sequence[tuple[Test, Outcome]] = (), *,
             whole: bool) -> list[str]:
        """The score, and what to do next. `whole`: all tests of the lab have run. `earlier`: tests of the lab before."""
        have = sum(score_of(test, outcome) for test, outcome in graded)
        most = sum(test.points for test, _ in graded)
        ended = sum(outcome.verdict.kind in (Kind.OK, Kind.WRONG, Kind.LEAK, Kind.BROKEN) for _, outcome in graded)
        next_ = sorted({outcome.verdict.missing or test.exercise for test, outcome in [*earlier, *graded]
                        if outcome.verdict.kind not in (Kind.OK, Kind.INFRA)}, key=order)
        parts = [f"Score {number(have)}/{number(most)}" + ("" if whole else " of what was run")]
        if next_:
            parts.append(f"next: {', then '.join(next_[:2])}")
        return ["    ".join([*parts, f"{ended} of {len(graded)} tests ran to their end"])]
