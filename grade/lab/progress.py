# SPDX-License-Identifier: MIT
"""`make progress`: what is solved, how many points the last `make grade` gave, and what comes next.

Reads the sources and the last results; it runs nothing. A result that is older than the sources is marked.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from glenda.paths import RESULTS, ROOT

from . import config
from .config import BadLab, Lab
from .stubs import FOLDERS, unsolved

BAR = 20                        # characters


@dataclass(frozen=True)
class Row:
    """One exercise. `got`: None if it has not been graded."""

    id: str
    title: str
    difficulty: str
    has_stub: bool
    got: float | None
    most: float

    @property
    def state(self) -> str:
        if self.has_stub:
            return "to do"
        if self.got is None:
            return "not graded"
        return "done" if self.got == self.most else "not right yet"


def last_results(number: int) -> dict[str, float]:
    """The points by test of the last grading of each, or nothing."""
    try:
        known = json.loads((RESULTS / f"lab{number}" / "known.json").read_text(encoding="utf-8"))
        return {str(name): float(test["score"]) for name, test in known.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def rows(lab: Lab, points: dict[str, float], stubs: set[str]) -> list[Row]:
    found = []
    for exercise in lab.exercises:
        tests = [test for test in lab.tests if test.exercise == exercise.id]
        graded = [points[test.name] for test in tests if test.name in points]
        found.append(Row(exercise.id, exercise.title, exercise.difficulty, exercise.id in stubs,
                         sum(graded) if graded else None, sum(test.points for test in tests)))
    return found


def is_stale(root: Path, number: int) -> bool:
    """The sources have changed since the last grading."""
    graded = (RESULTS / f"lab{number}" / "results.json").stat().st_mtime
    return any(path.stat().st_mtime > graded for folder in FOLDERS if (root / folder).is_dir()
               for path in (root / folder).rglob("*") if path.suffix in (".cc", ".h", ".S"))


def page(lab: Lab, found: list[Row], *, stale: bool) -> str:
    got, most = sum(row.got or 0 for row in found), sum(row.most for row in found)
    filled = round(BAR * got / most) if most else 0
    lines = [f"Lab {lab.number}  {lab.title}    [{'#' * filled}{'.' * (BAR - filled)}]  {got:g}/{most:g}"
             + ("   (the sources have changed since: make grade)" if stale else "")]
    for row in found:
        points = "-" if row.got is None else f"{row.got:g}"
        lines.append(f"  {row.id:<5} {row.title:<40} {row.difficulty:<9} {row.state:<14} {points:>3}/{row.most:g}")
    lines.append(advice(lab, found))
    return "\n".join(lines)


def advice(lab: Lab, found: list[Row]) -> str:
    """The next step: the first exercise that is not done."""
    left = [row for row in found if row.state != "done"]
    if not left:
        return "All done. Next: commit, make handin, make next-lab"
    first = left[0]
    if first.state == "not graded":
        return "Next: make grade"
    stop = found[found.index(first) - 1].id if found.index(first) else None
    where = f"You stand at stopping point {stop}. " if stop else ""
    return (f"{where}Next: exercise {first.id}, {first.title} (handouts/labs/lab{lab.number}.md); "
            f"make grade EX={first.id}, make hint EX={first.id}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lab", type=int, help="its number; the newest if not given")


def run(options: argparse.Namespace) -> int:
    try:
        lab = config.load(ROOT, options.lab or config.newest(ROOT))
    except BadLab as error:
        print(f"make progress: {error}", file=sys.stderr)
        return 2
    points = last_results(lab.number)
    print(page(lab, rows(lab, points, unsolved(ROOT, lab.number)), stale=bool(points) and is_stale(ROOT, lab.number)))
    return 0
