# SPDX-License-Identifier: MIT
"""Numbers of exercises (2.10) and of holes (2.10a), and their order, which is not that of the letters."""

import re

EXERCISE = re.compile(r"[1-9]\d*\.[1-9]\d*")
HOLE = re.compile(rf"({EXERCISE.pattern})([a-z]?)")


def order(number: str) -> tuple[int, int, str]:
    """A key to sort exercises and holes by."""
    match = HOLE.fullmatch(number)
    assert match, number
    lab, exercise = match[1].split(".")
    return int(lab), int(exercise), match[2]


def exercise_of(hole: str) -> str:
    """The exercise that a hole belongs to: 2.2 for 2.2a."""
    return hole.rstrip("abcdefghijklmnopqrstuvwxyz")


def lab_of(number: str) -> int:
    """The lab that an exercise or hole belongs to: 2 for 2.10a."""
    return order(number)[0]
