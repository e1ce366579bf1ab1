# SPDX-License-Identifier: MIT
"""labs/labN/lab.toml: a lab's exercises, tests and points. Whatever is wrong in it is named with file, line and reason."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .errors import Complaint, Problem, raise_if
from .ids import EXERCISE, HOLE, exercise_of, lab_of

DIFFICULTIES = ("easy", "moderate", "hard")
KINDS = {"boot": ("program",), "host": ("source",), "script": ("script",)}     # and the keys that each needs
KEYS = {
    "lab": {"number": int, "title": str, "hours": str, "first": list, "silent": list},
    "given": {"hole": str, "file": str, "why": str},
    "moved": {"yours": str, "now": str},        # where code of the lab before went: make next-lab tells
    "exercise": {"id": str, "title": str, "difficulty": str, "section": str, "holes": list, "files": list, "hints": list},
    "test": {"name": str, "exercise": str, "needs": list, "points": int, "kind": str, "program": str, "cases": list,
             "options": str, "limit": (int, float), "source": str, "files": list, "script": str},
}
REQUIRED = {"lab": ("number", "title", "first"), "given": ("hole", "file", "why"),
            "moved": ("yours", "now"),
            "exercise": ("id", "title", "difficulty", "section", "hints"),
            "test": ("name", "exercise", "points", "kind")}
WORDS = {int: "a whole number", str: "a string", list: "a list of strings", (int, float): "a number"}


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
    """One lab. `path`: its lab.toml in the solved tree."""

    number: int
    title: str
    hours: str
    path: str
    first: tuple[str, ...]
    silent: tuple[str, ...]
    exercises: tuple[Exercise, ...]
    tests: tuple[Test, ...]
    given: tuple[Given, ...]
    scores: dict[str, int | float] = field(hash=False)
    table: dict[str, Any] = field(hash=False)

    @property
    def name(self) -> str:
        return f"lab{self.number}"


class Lines:
    """Where the tables of a TOML file and their keys stand, for complaints."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._headers = [(number, match[1]) for number, line in enumerate(self._lines, 1)
                         if (match := re.match(r"\s*\[\[?\s*([\w.]+)\s*\]\]?", line))]

    @classmethod
    def of(cls, data: bytes) -> "Lines":
        return cls(data.decode(errors="replace"))

    def holding(self, text: str) -> int:
        """The first line that holds `text`; 1 if none does."""
        return next((number for number, line in enumerate(self._lines, 1) if text in line), 1)

    def table(self, name: str, index: int = 0) -> int:
        """The line of the header of the `index`th table `name`; 1 if there is none."""
        found = [line for line, header in self._headers if header == name]
        return found[index] if index < len(found) else 1

    def key(self, name: str, index: int, key: str) -> int:
        """The line of `key` in that table; the table's if the key is not there."""
        start = self.table(name, index)
        end = next((line for line, _ in self._headers if line > start), len(self._lines) + 1)
        pattern = re.compile(rf"\s*\"?{re.escape(key)}\"?\s*=")
        return next((line for line in range(start, end) if pattern.match(self._lines[line - 1])), start)


Complain = Callable[[str, int, str, str], None]


def _check_table(name: str, index: int, table: Any, complain: Complain) -> bool:
    """Checks keys and types of one table. Says whether it can be read on."""
    if not isinstance(table, dict):
        complain(name, index, "", f"[{name}] must be a table")
        return False
    good = True
    for key, value in table.items():
        if key not in KEYS[name]:
            complain(name, index, key, f"[{name}] has no key `{key}`; it has {', '.join(KEYS[name])}")
        elif (not isinstance(value, KEYS[name][key]) or isinstance(value, bool)
              or isinstance(value, list) and not all(isinstance(item, str) for item in value)):
            complain(name, index, key, f"`{key}` must be {WORDS[KEYS[name][key]]}")
            good = False
    for key in REQUIRED[name]:
        if key not in table:
            complain(name, index, "", f"[{name}] lacks `{key}`")
            good = False
    return good


def _check_exercise(index: int, table: dict[str, Any], number: int, complain: Complain) -> None:
    name = table["id"]
    if not EXERCISE.fullmatch(name) or lab_of(name) != number:
        complain("exercise", index, "id", f"`{name}` is no exercise of lab {number}; write \"{number}.1\" and so on")
    if table["difficulty"] not in DIFFICULTIES:
        complain("exercise", index, "difficulty", f"`{table['difficulty']}` is none of {', '.join(DIFFICULTIES)}")
    for hole in table.get("holes", []):
        if not HOLE.fullmatch(hole) or exercise_of(hole) != name:
            complain("exercise", index, "holes", f"hole `{hole}` does not have the number of exercise {name}")
    if not table.get("holes") and not table.get("files"):
        complain("exercise", index, "", f"exercise {name} names neither holes nor files")


def _check_test(index: int, table: dict[str, Any], exercises: set[str], complain: Complain) -> None:
    if table["exercise"] not in exercises:
        complain("test", index, "exercise", f"this lab has no exercise {table['exercise']}")
    if table["points"] < 0:
        complain("test", index, "points", "points must not be negative")
    if table["kind"] not in KINDS:
        complain("test", index, "kind", f"`{table['kind']}` is none of {', '.join(KINDS)}")
    for key in KINDS.get(table["kind"], ()):
        if key not in table:
            complain("test", index, "kind", f"a {table['kind']} test needs `{key}`")
    for need in table.get("needs", []):
        if not EXERCISE.fullmatch(need):
            complain("test", index, "needs", f"`{need}` is not the number of an exercise")


def _check_scores(scores: Any, known: set[str], complain: Complain) -> None:
    if not isinstance(scores, dict):
        complain("scores", 0, "", "[scores] must be a table")
        return
    for key, value in scores.items():
        if key != "start" and key not in known:
            complain("scores", 0, key, f"this lab has no exercise {key}")
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            complain("scores", 0, key, f"the score of {key} must be a number")


def _twice(names: list[str], table: str, key: str, complain: Complain) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            complain(table, index, key, f"there is another {table} `{name}`")


def _check(document: dict[str, Any], complain: Complain) -> None:
    """Complains about all that is wrong with a lab.toml, as far as one can see without the rest of the tree."""
    for key in document.keys() - KEYS.keys() - {"scores"}:
        known = "[lab], [[exercise]], [[test]], [[given]], [[moved]] and [scores]"
        complain(key, 0, "", f"[{key}] means nothing here; there are {known}")
    lab = document.get("lab", {})
    good = {name: [(index, table) for index, table in enumerate(document.get(name, []))
                   if _check_table(name, index, table, complain)] for name in ("exercise", "test", "given", "moved")}
    if not _check_table("lab", 0, lab, complain):
        return
    for index, table in good["exercise"]:
        _check_exercise(index, table, lab["number"], complain)
    known = {table["id"] for _, table in good["exercise"]}
    for index, table in good["test"]:
        _check_test(index, table, known, complain)
    _twice([table["id"] for _, table in good["exercise"]], "exercise", "id", complain)
    _twice([table["name"] for _, table in good["test"]], "test", "name", complain)
    _check_scores(document.get("scores", {}), known, complain)


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
    complain = _into(complaints, path, lines)
    for key in sorted(document.keys() - {"test"}):
        complain(key, 0, "", f"[{key}] means nothing here; there is only [[test]]")
    good = [(index, table) for index, table in enumerate(document.get("test", [])) if _check_table("test", index, table, complain)]
    for index, table in good:
        _check_test(index, table, exercises, complain)
    _twice([table["name"] for _, table in good], "test", "name", complain)
    raise_if(complaints)
    return _tests(document, lines, hidden=True)


def read_lab(path: str, data: bytes) -> Lab:
    """The lab that `data`, the contents of `path`, describes. Raises Problem, which names every fault."""
    text, document = _parse(path, data)
    complaints: list[Complaint] = []
    lines = Lines(text)
    _check(document, _into(complaints, path, lines))
    raise_if(complaints)

    exercises = tuple(
        Exercise(table["id"], table["title"], lines.table("exercise", index), table["difficulty"], table["section"],
                 tuple(table["hints"]), tuple(table.get("holes", ())), tuple(table.get("files", ())))
        for index, table in enumerate(document.get("exercise", [])))
    given = tuple(Given(table["hole"], table["file"], table["why"], lines.table("given", index))
                  for index, table in enumerate(document.get("given", [])))
    lab = document["lab"]
    return Lab(lab["number"], lab["title"], lab.get("hours", ""), path, tuple(lab["first"]), tuple(lab.get("silent", ())),
               exercises, _tests(document, lines), given, document.get("scores", {}), document)
