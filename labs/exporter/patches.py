# SPDX-License-Identifier: MIT
"""Lab 1's solution below lab1/ is a series of patches, one an exercise: lab1/ is of no use to a later lab.

Each patch applies on top of those before it, so what is solved must be solved from 1.1 on without a gap.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Set
from pathlib import Path

from .course import Course
from .errors import Complaint, Problem
from .folder import write_files
from .ids import lab_of, order
from .manifest import Lab
from .source import Tree, read_folder

FOLDER = "lab1/"
PATCH = re.compile(r"labs/lab\d+/solution/(\d+\.\d+)\.patch")
TOUCHED = re.compile(rb"^(?:--- a/|\+\+\+ b/)(.+?)\t?$", re.MULTILINE)


def of_exercises(course: Course) -> dict[str, str]:
    """Where the patch of each exercise is, in the order of the exercises."""
    found = {match[1]: path for path in course.source if (match := PATCH.fullmatch(path))}
    return {number: found[number] for number in sorted(found, key=order)}


def steps(course: Course, solved: Set[str]) -> tuple[str, ...]:
    """The patches for these solved exercises. Raises Problem if one in between is not solved."""
    patches = of_exercises(course)
    chosen = tuple(path for number, path in patches.items() if number in solved)
    if chosen != tuple(patches.values())[:len(chosen)]:
        missing = next(number for number in patches if number not in solved)
        raise Problem(f"exercise {missing} must be solved too: the patches of lab 1 build on each other")
    return chosen


def apply(course: Course, tree: Tree, patches: tuple[str, ...]) -> Tree:
    """The files below lab1/ of `tree` after the patches. Raises Problem if one does not apply."""
    with tempfile.TemporaryDirectory(prefix="lab1-") as name:
        folder = Path(name)
        write_files(folder, {path: file for path, file in tree.items() if path.startswith(FOLDER)})
        for path in patches:
            data = course.source[path].data
            for touched in TOUCHED.findall(data):
                if not touched.decode().startswith(FOLDER):
                    raise Problem(Complaint(path, 0, f"a patch may only change files below {FOLDER}, not {touched.decode()}"))
            done = subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=folder, input=data, capture_output=True,
                                  check=False, env=os.environ | {"GIT_CEILING_DIRECTORIES": str(folder.parent)})
            if done.returncode:
                raise Problem(Complaint(path, 0, f"this does not apply: {done.stderr.decode(errors='replace').strip()}"))
        return read_folder(folder)


def solution_lines(course: Course, lab: Lab) -> list[str]:
    """The lines that the patches of a lab add, in order. Between the patches stands an empty line."""
    lines: list[str] = []
    for number, path in of_exercises(course).items():
        if lab_of(number) == lab.number:
            text = course.source[path].data.decode(errors="replace")
            lines += [line[1:] for line in text.splitlines() if line.startswith("+") and not line.startswith("+++ ")] + [""]
    return lines


def lines_to_write(course: Course, lab: Lab) -> int:
    """How many lines of code a lab's patches add. Lines that they only move, blank lines and comments do not count."""
    texts = [course.source[path].data.decode(errors="replace").splitlines() for number, path in of_exercises(course).items()
             if lab_of(number) == lab.number]
    moved = {line[1:].strip() for text in texts for line in text if line.startswith("-") and not line.startswith("--- ")}
    return sum(line.startswith("+") and not line.startswith("+++ ") and is_code(line[1:]) and line[1:].strip() not in moved
               for text in texts for line in text)


def is_code(line: str) -> bool:
    return line.strip() != "" and not line.strip().startswith("//")
