# SPDX-License-Identifier: MIT
"""Writes into lab.toml what only a run can tell: the score of each stage, and how much guest time a test may take."""

import math
import re
from pathlib import Path

from .errors import Problem
from .grader import Result, score
from .manifest import Lab
from .stages import Bench

LEAST_LIMIT = 0.3       # s of the guest's clock
FACTOR = 4


def limit_for(seconds: float) -> float:
    """The limit of a test that takes the solution this long."""
    return max(LEAST_LIMIT, math.ceil(FACTOR * seconds * 10) / 10)


def with_scores(text: str, scores: dict[str, float]) -> str:
    """A lab.toml with these [scores] in place of what it has."""
    names = {key: key if key.isalpha() else f'"{key}"' for key in scores}
    table = "[scores]\n" + "".join(f"{names[key]} = {value:g}\n" for key, value in scores.items())
    without = re.sub(r"^\[scores\]\n(?:(?!\[).*\n?)*", "", text, flags=re.MULTILINE).rstrip("\n")
    return f"{without}\n\n{table}"


def with_limits(text: str, results: list[Result]) -> str:
    """A lab.toml with a limit for each test that ran in a guest."""
    limits = {result.name: limit_for(result.guest_seconds) for result in results if result.guest_seconds}
    parts = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    for index, part in enumerate(parts):
        name = re.search(r'^name\s*=\s*"([^"]+)"', part, re.MULTILINE)
        if not part.startswith("[[test]]") or name is None or name[1] not in limits:
            continue
        line = f"limit = {limits[name[1]]:g}"
        if re.search(r"^limit\s*=", part, re.MULTILINE):
            parts[index] = re.sub(r"^limit\s*=.*$", line, part, flags=re.MULTILINE)
        else:
            body = part.rstrip("\n")
            parts[index] = f"{body}\n{line}{part[len(body):]}"
    return "".join(parts)


def calibrate(bench: Bench, lab: Lab, path: Path) -> dict[str, float]:
    """Grades each stage of a lab and records it in its lab.toml, at `path`. Returns the scores.
    Raises Problem if the solution does not have full marks: then there is nothing to go by."""
    scores: dict[str, float] = {}
    results: list[Result] = []
    for stage, results in bench.all_grades(lab):
        scores[stage.key] = score(results)
    if wrong := [f"{result.name} ends with {result.kind}" for result in results if not result.is_full]:
        raise Problem(f"sol{lab.number} is not right, so nothing was recorded: {', '.join(wrong)}")
    text = path.read_text()
    in_guests = {test.name for test in lab.tests if test.kind == "boot"}
    path.write_text(with_scores(with_limits(text, [result for result in results if result.name in in_guests]), scores))
    return scores
