# SPDX-License-Identifier: MIT
"""`make progress`: what is solved, how many points the last `make grade` gave, and what comes next.

Reads the sources and the last results; it runs nothing. A result that is older than the sources is marked.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from glenda.paths import RESULTS, ROOT

from . import config
from .config import BadLab, Lab, order
from .stubs import FOLDERS, unsolved
from .verdict import Kind

BAR = 20                        # characters


@dataclass(frozen=True)
class Row:
    """One exercise. `got`: None if it has not been graded. `passed`: whether each of its tests has; None if one has not run."""

    id: str
    title: str
    difficulty: str
    has_stub: bool
    got: float | None
    most: float
    passed: bool | None

    @property
    def state(self) -> str:
        if self.has_stub:
            return "to do"
        if self.passed is None:
            return "not graded"
        return "done" if self.passed else "not right yet"


class Result(NamedTuple):
    """What the last grading of a test said, whichever run it is from."""

    score: float
    passed: bool


def last_results(number: int) -> dict[str, Result]:
    """By test; {} if nothing was graded."""
    try:
        known = json.loads((RESULTS / f"lab{number}" / "known.json").read_text(encoding="utf-8"))
        return {str(name): Result(float(test["score"]), test["kind"] == Kind.OK.value) for name, test in known.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def rows(lab: Lab, results: dict[str, Result], stubs: set[str]) -> list[Row]:
    """An exercise is done if all its tests pass, those without points too: a stub may be silent."""
    found = []
    for exercise in lab.exercises:
        tests = [test for test in lab.tests if test.exercise == exercise.id]
        graded = [results[test.name] for test in tests if test.name in results]
        passed = None if len(graded) < len(tests) else all(each.passed for each in graded)
        found.append(Row(exercise.id, exercise.title, exercise.difficulty, exercise.id in stubs,
                         sum(each.score for each in graded) if graded else None, sum(test.points for test in tests), passed))
    return found


def is_stale(root: Path, number: int) -> bool:
    """The sources have changed since the last grading."""
    graded = (RESULTS / f"lab{number}" / "results.json").stat().st_mtime
    return any(path.stat().st_mtime > graded for folder in FOLDERS if (root / folder).is_dir()
               for path in (root / folder).rglob("*") if path.suffix in (".cc", ".h", ".S"))


def page(lab: Lab, found: list[Row], earlier: list[str], *, stale: bool) -> str:
    """`earlier`: exercises of the labs before that still have their stubs."""
    got, most = sum(row.got or 0 for row in found), sum(row.most for row in found)
    filled = round(BAR * got / most) if most else 0
    lines = [f"Lab {lab.number}  {lab.title}    [{'#' * filled}{'.' * (BAR - filled)}]  {got:g}/{most:g}"]
    if stale:
        lines.append("  (the sources have changed since: make grade)")
    width = max((len(row.title) for row in found), default=0)
    for row in found:
        points = "-" if row.got is None else f"{row.got:g}"
        lines.append(f"  {row.id:<4} {row.title:<{width}}  {row.difficulty:<8}  {row.state:<13} {points:>3}/{row.most:g}")
    return "\n".join([*lines, *advice(lab, found, earlier)])


def advice(lab: Lab, found: list[Row], earlier: list[str]) -> list[str]:
    """The next step: the first exercise that is not done, of whichever lab."""
    if earlier:
        before = order(earlier[0])[0]
        return [f"Next: exercise {earlier[0]} of lab {before}, on which this lab builds",
                f"      handouts/labs/lab{before}.md; make grade LAB={before} EX={earlier[0]}, make hint EX={earlier[0]}"]
    left = [row for row in found if row.state != "done"]
    if not left:
        return ["All done. Next: commit, make handin, make next-lab"]
    first = left[0]
    if first.state == "not graded":
        return ["Next: make grade"]
    stop = found[found.index(first) - 1].id if found.index(first) else None
    return [*([f"You stand at stopping point {stop}."] if stop else []),
            f"Next: exercise {first.id}, {first.title}",
            f"      handouts/labs/lab{lab.number}.md; make grade EX={first.id}, make hint EX={first.id}"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lab", type=int, help="its number; the newest if not given")


def run(options: argparse.Namespace) -> int:
    try:
        lab = config.load(ROOT, options.lab or config.newest(ROOT))
    except BadLab as error:
        print(f"make progress: {error}", file=sys.stderr)
        return 2
    results, stubs = last_results(lab.number), unsolved(ROOT)
    earlier = sorted((each for each in stubs if order(each)[0] < lab.number), key=order)
    print(page(lab, rows(lab, results, stubs), earlier, stale=bool(results) and is_stale(ROOT, lab.number)))
    return 0
