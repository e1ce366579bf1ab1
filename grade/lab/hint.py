# SPDX-License-Identifier: MIT
"""`make hint EX=2.3`: one hint more each time, from a nudge to nearly the answer.

The hints are in grade/labs/labN.hints.toml, a file of their own, so that nobody reads them unasked who looks up a test.
"""

import argparse
import json
import sys
import tomllib
from pathlib import Path

from glenda.paths import RESULTS, ROOT

from . import config
from .config import BadLab, Exercise

SEEN = RESULTS / "hints.json"       # exercise: how many hints have been shown


def load_seen() -> dict[str, int]:
    """What has been shown. A file that cannot be read begins anew: no harm is done."""
    try:
        seen = json.loads(SEEN.read_text(encoding="utf-8"))
        return {str(key): int(value) for key, value in seen.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def save_seen(seen: dict[str, int]) -> None:
    SEEN.parent.mkdir(parents=True, exist_ok=True)
    SEEN.write_text(json.dumps(seen, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def load_hints(root: Path, lab: int, exercise: str) -> list[str]:
    """The hints for an exercise of that lab. Raises BadLab, which names file and reason."""
    path = root / config.FOLDER / f"lab{lab}.hints.toml"
    try:
        return list(map(str, tomllib.loads(path.read_text(encoding="utf-8"))["hints"][exercise]))
    except KeyError:
        raise BadLab(f"{path}: it has no hints for exercise {exercise}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError) as error:
        raise BadLab(f"{path}: {error}") from None


def tell(exercise: Exercise, lab: int, hints: list[str], seen: dict[str, int]) -> str:
    """The hints shown so far, and the next. Counts it in `seen`."""
    count = min(seen.get(exercise.id, 0) + 1, len(hints))
    seen[exercise.id] = count
    lines = [f"Exercise {exercise.id}, {exercise.title}"]
    lines += [f"  hint {number} of {len(hints)}: {text}" for number, text in enumerate(hints[:count], start=1)]
    if count == len(hints):
        lines.append(f"  That is all. Read \"{exercise.title}\" in handouts/labs/lab{lab}.md again, slowly, and then ask.")
    return "\n".join(lines)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ex", metavar="N.M", default="", help="the exercise")


def run(options: argparse.Namespace) -> int:
    try:
        return _run(options.ex)
    except BadLab as error:
        print(f"make hint: {error}", file=sys.stderr)
        return 2


def _run(number: str) -> int:
    labs = config.load_all(ROOT)
    every = {exercise.id: (exercise, lab.number) for lab in labs for exercise in lab.exercises}
    if number not in every:
        what = f"There is no exercise {number}" if number else "Say which exercise"
        print(f"{what}: make hint EX=N, with one of {', '.join(every)}", file=sys.stderr)
        return 1
    exercise, lab = every[number]
    seen, hints = load_seen(), load_hints(ROOT, lab, number)
    print(tell(exercise, lab, hints, seen))
    save_seen(seen)
    return 0
