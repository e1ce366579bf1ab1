# SPDX-License-Identifier: MIT
"""The linter's rules about files: L4, which lab publishes them, and L7, that they are sources, and plain text."""

import re
from collections.abc import Iterator

from .course import COMMON, LATER, Course
from .errors import Complaint
from .globs import Globs
from .toml_lines import Lines

TREE = re.compile(r"labs/lab\d+/tree/")
BUILT = re.compile(r"(?:.*/)?(?:(?:build|__pycache__|\.pytest_cache)/.*|\.exported|.*\.(?:o|d|a|elf|pyc|orig|rej))")


def ownership(course: Course) -> Iterator[Complaint]:
    """L4: each file of the solved tree belongs to exactly one lab, or to `later`."""
    for path in course.source:
        later, home = course.later.find(path), course.home.get(path)
        if later and home is not None:
            yield Complaint(path, 0, f"lab {home} publishes this, and `{later}` in {LATER} says later", "L4")
        elif later is None and home is None:
            yield Complaint(path, 0, f"this belongs to no lab: add it to `first` of a lab.toml, or to {LATER}", "L4")
    for lab in course.labs:
        for pattern in Globs(lab.first).unused(course.source):
            line = Lines.of(course.source[lab.path].data).holding(f'"{pattern}"')
            yield Complaint(lab.path, line, f"`{pattern}` in `first` matches no file", "L4")
    for pattern in course.later.unused(course.source):
        yield Complaint(LATER, Lines.of(course.source[LATER].data).holding(f'"{pattern}"'), f"`{pattern}` matches no file", "L4")


def sources_alone(course: Course) -> Iterator[Complaint]:
    """L7: nothing that was built is among the sources, where git would keep it for ever."""
    for path in course.source:
        if BUILT.fullmatch(path):
            yield Complaint(path, 0, f"this was built, and is no source: git rm --cached '{path}'", "L7")


def plain_text(course: Course) -> Iterator[Complaint]:
    """L7: published text has LF, no blanks at the end of a line and a final line end; no two paths differ by case alone."""
    published: dict[str, str] = {}
    for path in course.source:
        place = re.sub(TREE, "", path).removeprefix(COMMON)
        if path not in course.home and place == path and path not in {stub.path for stub in course.stubs.values()}:
            continue
        if other := published.get(place.lower()):
            yield Complaint(path, 0, f"the path differs from {other} by case alone", "L7")
        published.setdefault(place.lower(), path)
        file = course.source[path]
        if not file.is_text:
            continue
        for number, line in enumerate(file.data.split(b"\n"), 1):
            if line.endswith(b"\r"):
                yield Complaint(path, number, "the line ends with CR LF", "L7")
                break       # most likely all do
            if line.endswith((b" ", b"\t")):
                yield Complaint(path, number, "blanks at the end of the line", "L7")
        if file.data and not file.data.endswith(b"\n"):
            yield Complaint(path, file.data.count(b"\n") + 1, "the last line has no end", "L7")
