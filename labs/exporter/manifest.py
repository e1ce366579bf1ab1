# SPDX-License-Identifier: MIT
"""labs/labN/lab.toml: a lab's exercises, tests and points. Whatever is wrong in it is named with file, line and reason."""

import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

from .errors import Complaint, Problem, raise_if
from .manifest_check import Complain, check, check_tests
from .toml_lines import Lines


@dataclass(frozen=True)
class Exercise:
    """What a student writes for one number. `files` are named where there are no holes, as below lab1/."""

    id: str
    title: str
    line: int
    difficulty: str
    section: str
    hints: tuple[str, ...]
    holes: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(frozen=True)
class Test:
    """One graded test; `table` holds all that lab.toml says about it."""

    name: str
    exercise: str
    line: int
    points: int
    kind: str
    needs: tuple[str, ...]
    table: dict[str, Any] = field(hash=False)
    hidden: bool = False


@dataclass(frozen=True)
class Given:
    """Lines of a hole's solution that `file` shows on purpose: there, another function is the model."""

    hole: str
    file: str
    why: str
    line: int


@dataclass(frozen=True)
class Lab:
    """One lab. `path`: its lab.toml in the solved tree; `prebuilt`: programs that it publishes ready to run (prebuilt.py);
    `carries`: tests of the lab before that it runs again."""

    number: int
    title: str
    hours: str
    path: str
    first: tuple[str, ...]
    silent: tuple[str, ...]
    prebuilt: tuple[str, ...]
    carries: tuple[str, ...]
    exercises: tuple[Exercise, ...]
    tests: tuple[Test, ...]
    given: tuple[Given, ...]
    scores: dict[str, int | float] = field(hash=False)
    table: dict[str, Any] = field(hash=False)

    @property
    def name(self) -> str:
        return f"lab{self.number}"


def _parse(path: str, data: bytes) -> tuple[str, dict[str, Any]]:
    """The text of a TOML file, and what it says. Raises Problem."""
    try:
        text = data.decode()
        return text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise Problem(Complaint(path, data[:error.start].count(b"\n") + 1, "this is not UTF-8")) from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\s*\(at line (\d+), column \d+\)", str(error))
        line = int(place[1]) if place else len(text.splitlines())
        raise Problem(Complaint(path, line, str(error).replace(place[0] if place else "", ""))) from None


def _into(complaints: list[Complaint], path: str, lines: Lines) -> Complain:
    """Notes complaints about tables of the file `path`, each with its line."""
    def complain(table: str, index: int, key: str, reason: str) -> None:
        complaints.append(Complaint(path, lines.key(table, index, key) if key else lines.table(table, index), reason))
    return complain


def _tests(document: dict[str, Any], lines: Lines, *, hidden: bool = False) -> tuple[Test, ...]:
    return tuple(Test(table["name"], table["exercise"], lines.table("test", index), table["points"], table["kind"],
                      tuple(table.get("needs", [table["exercise"]])), table, hidden)
                 for index, table in enumerate(document.get("test", [])))


def read_tests(path: str, data: bytes, exercises: set[str]) -> tuple[Test, ...]:
    """The tests that `data`, the contents of `path`, describes: [[test]] tables about these exercises, and nothing else.
    Raises Problem, which names every fault."""
    text, document = _parse(path, data)
    complaints: list[Complaint] = []
    lines = Lines(text)
    check_tests(document, exercises, _into(complaints, path, lines))
    raise_if(complaints)
    return _tests(document, lines, hidden=True)


def read_lab(path: str, data: bytes) -> Lab:
    """The lab that `data`, the contents of `path`, describes. Raises Problem, which names every fault."""
    text, document = _parse(path, data)
    complaints: list[Complaint] = []
    lines = Lines(text)
    check(document, _into(complaints, path, lines))
    raise_if(complaints)

    exercises = tuple(
        Exercise(table["id"], table["title"], lines.table("exercise", index), table["difficulty"], table["section"],
                 tuple(table["hints"]), tuple(table.get("holes", ())), tuple(table.get("files", ())))
        for index, table in enumerate(document.get("exercise", [])))
    given = tuple(Given(table["hole"], table["file"], table["why"], lines.table("given", index))
                  for index, table in enumerate(document.get("given", [])))
    lab = document["lab"]
    return Lab(lab["number"], lab["title"], lab.get("hours", ""), path, tuple(lab["first"]), tuple(lab.get("silent", ())),
               tuple(lab.get("prebuilt", ())), tuple(lab.get("carries", ())), exercises,
               _tests(document, lines), given, document.get("scores", {}), document)
