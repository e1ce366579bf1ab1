# SPDX-License-Identifier: MIT
"""Marks: a line `// lab 2.2a {` and a line `// lab 2.2a }` enclose a hole, the part that a student writes.

A mark stands on a line of its own, in the comment syntax of its file (`//`, `#` or `<!-- -->`). Marks are balanced and
never nested. The indentation of the opening mark is that of the stub.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from .errors import Complaint
from .ids import HOLE, lab_of

MARK = re.compile(rf"(?P<indent>[ \t]*)(?://|#|<!--) lab (?P<id>{HOLE.pattern}) (?P<side>[{{}}])(?: -->)?")
ALMOST = re.compile(r"(?://|#|<!--)\s*lab\s*\d+\.\d+\w*\s*[{}]", re.IGNORECASE)


@dataclass(frozen=True)
class Hole:
    """A hole in a file of the solved tree: the lines `opened` and `closed` (from 1) are its marks."""

    id: str
    file: str
    opened: int
    closed: int
    indent: str

    @property
    def stub(self) -> str:
        """Where its stub should be."""
        return f"labs/lab{lab_of(self.id)}/stubs/{self.id}{PurePath(self.file).suffix}"


def find_holes(file: str, lines: Sequence[str]) -> tuple[list[Hole], list[Complaint]]:
    """The holes of a file in order, and what is wrong with its marks. `lines` have no line ends."""
    holes: list[Hole] = []
    complaints: list[Complaint] = []
    opening: tuple[int, re.Match[str]] | None = None

    def complain(line: int, reason: str) -> None:
        complaints.append(Complaint(file, line, reason, "L1"))

    for number, line in enumerate(lines, 1):
        if "lab" not in line.lower():
            continue
        mark = MARK.fullmatch(line)
        if mark is None:
            if ALMOST.search(line):
                complain(number, "this is almost a mark; write `// lab 2.2a {` on a line of its own, with nothing after it")
        elif mark["side"] == "{":
            if opening:
                complain(number, f"mark {mark['id']} opens inside {opening[1]['id']}, which line {opening[0]} opened")
            opening = number, mark
        elif opening is None:
            complain(number, f"mark {mark['id']} closes, but was not opened")
        else:
            if mark["id"] != opening[1]["id"]:
                complain(number, f"mark {mark['id']} closes, but line {opening[0]} opened {opening[1]['id']}")
            elif mark["indent"] != opening[1]["indent"]:
                complain(number, f"mark {mark['id']} is indented otherwise than where line {opening[0]} opens it")
            holes.append(Hole(opening[1]["id"], file, opening[0], number, opening[1]["indent"]))
            opening = None
    if opening:
        complain(opening[0], f"mark {opening[1]['id']} is never closed")
    return holes, complaints
