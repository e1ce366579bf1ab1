# SPDX-License-Identifier: MIT
"""What the grader in a student's tree reads about a lab, in grade/labs/: labN.toml, labN.hints.toml and labN.manifest.

labN.toml is lab.toml without what concerns the exporter alone, with the places of holes. The hints are a file of their own:
whoever looks up a test shall not see them unasked. labN.manifest lists the files that the lab published, so that edited ones
are noticed without git too.
"""

import re
from typing import Any

from .course import Course
from .functions import function_of
from .manifest import Exercise, Lab
from .source import File, Tree, blob_id

PRIVATE = ("first", "silent", "prebuilt")       # keys of [lab] that mean nothing to students
BARE = re.compile(r"[A-Za-z0-9_-]+")
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _string(text: str) -> str:
    plain = (ESCAPES.get(one) or (one if one >= " " and one != "\x7f" else f"\\u{ord(one):04x}") for one in text)
    return f'"{"".join(plain)}"'


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + "}"
    return "[" + ", ".join(map(_value, value)) + "]"


def _key(key: str) -> str:
    return key if BARE.fullmatch(key) else _string(key)


def _table(header: str, table: dict[str, Any]) -> str:
    return f"\n{header}\n" + "".join(f"{_key(key)} = {_value(value)}\n" for key, value in table.items())


def places(course: Course, exercise: Exercise) -> list[dict[str, str]]:
    """Where a student writes an exercise: files, with the functions in them that have holes."""
    found = [{"file": file} for file in exercise.files]
    for hole in course.all_holes():
        if hole.id in exercise.holes:
            place = {"file": hole.file}
            if function := function_of(hole, course.lines[hole.file]):
                place["function"] = function
            if place not in found:
                found.append(place)
    return found


def lab_table(course: Course, lab: Lab) -> File:
    """The file grade/labs/labN.toml."""
    text = "# SPDX-License-Identifier: MIT\n# Exercises and tests of this lab, for make grade and progress.\n"
    text += _table("[lab]", {key: value for key, value in lab.table["lab"].items() if key not in PRIVATE})
    for exercise, table in zip(lab.exercises, lab.table.get("exercise", [])):
        shown = {key: value for key, value in table.items() if key != "hints"}
        text += _table("[[exercise]]", shown | {"places": places(course, exercise)})
    for test in lab.tests:
        text += _table("[[test]]", test.table)
    for moved in lab.table.get("moved", []):
        text += _table("[[moved]]", moved)
    if lab.scores:
        text += _table("[scores]", lab.scores)
    return File(text.encode())


def hint_table(lab: Lab) -> File:
    """The file grade/labs/labN.hints.toml."""
    text = "# SPDX-License-Identifier: MIT\n# The hints of this lab, to the end. make hint tells them one at a time.\n"
    return File((text + _table("[hints]", {one.id: list(one.hints) for one in lab.exercises})).encode())


def manifest(files: Tree) -> File:
    """The file grade/labs/labN.manifest: git's name of each file's contents, and its path."""
    return File("".join(f"{blob_id(file.data)} {path}\n" for path, file in sorted(files.items())).encode())
