# SPDX-License-Identifier: MIT
"""`make hint EX=2.3`: one hint more each time, from a nudge to nearly the answer."""

import argparse
import json
import sys

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


def tell(exercise: Exercise, lab: int, seen: dict[str, int]) -> str:
    """The hints shown so far, and the next. Counts it in `seen`."""
    count = min(seen.get(exercise.id, 0) + 1, len(exercise.hints))
    seen[exercise.id] = count
    lines = [f"Exercise {exercise.id}, {exercise.title}"]
    lines += [f"  hint {number} of {len(exercise.hints)}: {text}"
              for number, text in enumerate(exercise.hints[:count], start=1)]
    if count == len(exercise.hints):
        lines.append(f"  That is all. Read \"{exercise.title}\" in handouts/labs/lab{lab}.md again, slowly, and then ask.")
    return "\n".join(lines)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ex", metavar="N.M", default="", help="the exercise")


def run(options: argparse.Namespace) -> int:
    try:
        labs = config.load_all(ROOT)
    except BadLab as error:
        print(f"make hint: {error}", file=sys.stderr)
        return 2
    every = {exercise.id: (exercise, lab.number) for lab in labs for exercise in lab.exercises}
    if options.ex not in every:
        what = f"There is no exercise {options.ex}" if options.ex else "Say which exercise"
        print(f"{what}: make hint EX=N, with one of {', '.join(every)}", file=sys.stderr)
        return 1
    seen = load_seen()
    print(tell(*every[options.ex], seen))
    save_seen(seen)
    return 0
