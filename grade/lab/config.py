# SPDX-License-Identifier: MIT
"""What a lab asks for: its exercises, tests and points, from grade/labs/labN.toml."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path("grade/labs")
KINDS = {"boot": "program", "host": "source", "script": "script"}      # and the key that each needs
NAME = re.compile(r"[\w.+-]+")      # of a test: it names files
HOST_LIMIT, SCRIPT_LIMIT, BOOT_LIMIT = 10.0, 30.0, 5.0


class BadLab(Exception):
    """A file of a lab is missing or wrong: its author's fault, or a broken copy."""


@dataclass(frozen=True)
class Exercise:
    """What a student writes. `places`: (file, function or "")."""

    id: str
    title: str
    difficulty: str = ""
    section: str = ""
    places: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Test:
    """One graded test. `limit`: seconds, of the guest's time (boot, script) or of the processor's (host).
    `base`: the folder of its files, if they are not in the tree: that of hidden tests. `about`: the files of the exercise that
    it tries, if not all of them."""

    name: str
    exercise: str
    points: float
    kind: str
    needs: tuple[str, ...] = ()
    program: str = ""
    cases: tuple[str, ...] = ()
    options: str = ""
    source: str = ""
    files: tuple[str, ...] = ()
    script: str = ""
    limit: float = BOOT_LIMIT
    hidden: bool = False
    base: Path | None = None
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lab:
    """`carries`: names of tests of the lab before, see carried.py."""

    number: int
    title: str
    exercises: tuple[Exercise, ...]
    tests: tuple[Test, ...]
    carries: tuple[str, ...] = ()

    def exercise(self, number: str) -> Exercise:
        """The exercise with this number. One of an earlier lab has a number alone."""
        return next((each for each in self.exercises if each.id == number), Exercise(number, ""))


def numbers(root: Path) -> list[int]:
    """The labs that the tree has, in order."""
    found = (re.fullmatch(r"lab(\d+)\.toml", path.name) for path in (root / FOLDER).glob("lab*.toml"))
    return sorted(int(match[1]) for match in found if match)


def newest(root: Path) -> int:
    """The number of the newest lab of the tree, or 0."""
    return max(numbers(root), default=0)


def load(root: Path, number: int) -> Lab:
    """Lab `number` of the tree at `root`. Raises BadLab."""
    path = root / FOLDER / f"lab{number}.toml"
    if not path.exists():
        have = ", ".join(map(str, numbers(root))) or "none"
        raise BadLab(f"there is no lab {number} in this tree (it has: {have}). `make next-lab` fetches a lab.")
    return parse(path)


def load_all(root: Path) -> list[Lab]:
    """All labs of the tree, in order."""
    return [load(root, number) for number in numbers(root)]


def load_hidden(path: Path) -> tuple[Test, ...]:
    """The tests in `path`, a file like labN.toml or a folder with one. Their files lie beside it, or in the tree."""
    if path.is_dir():
        files = sorted(path.glob("*.toml"))
        if len(files) != 1:
            raise BadLab(f"{path} must hold one file *.toml, not {len(files)}")
        path = files[0]
    return parse(path, hidden=True).tests


def parse(path: Path, *, hidden: bool = False) -> Lab:
    """Reads one file. Raises BadLab, which names file and reason."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadLab(f"{path}: {error}") from None
    try:
        lab = document.get("lab", {}) if hidden else document["lab"]
        exercises = tuple(_exercise(table) for table in document.get("exercise", ()))
        tests = tuple(_test(table, path.parent if hidden else None) for table in document.get("test", ()))
        names = [test.name for test in tests]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two tests are called {twice[0]}")
        return Lab(int(lab.get("number", 0)), str(lab.get("title", "")), exercises, in_order(exercises, tests),
                   tuple(lab.get("carries", ())))
    except KeyError as error:
        raise BadLab(f"{path}: {error.args[0]} is missing") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise BadLab(f"{path}: {error}") from None


def _exercise(table: dict) -> Exercise:
    places = tuple((place["file"], place.get("function", "")) for place in table.get("places", ()))
    return Exercise(table["id"], table["title"], table.get("difficulty", ""), table.get("section", ""), places)


def _test(table: dict, base: Path | None) -> Test:
    kind, name = table["kind"], table["name"]
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be the name of a test")
    if kind not in KINDS:
        raise ValueError(f"test {name}: kind {kind!r} is none of {', '.join(KINDS)}")
    if KINDS[kind] not in table:
        raise ValueError(f"test {name}: a {kind} test needs `{KINDS[kind]}`")
    usual = {"boot": BOOT_LIMIT, "host": HOST_LIMIT, "script": SCRIPT_LIMIT}[kind]
    points = table.get("points", 0)
    return Test(name, table["exercise"], int(points) if points == int(points) else float(points), kind,
                tuple(table.get("needs", (table["exercise"],))), table.get("program", ""), tuple(table.get("cases", ())),
                table.get("options", ""), table.get("source", ""), tuple(table.get("files", ())), table.get("script", ""),
                float(table.get("limit", usual)), base is not None, base, tuple(table.get("about", ())))


def order(number: str) -> list[int]:
    """For sorting the numbers of exercises: 2.10 comes after 2.9."""
    return [int(part) for part in re.findall(r"\d+", number)]


def in_order(exercises: Iterable[Exercise], tests: Iterable[Test]) -> tuple[Test, ...]:
    """The tests as a student solves them: by the last exercise that each needs, and as they stand in the file."""
    return tuple(sorted(tests, key=lambda test: (order(test.exercise), max(map(order, test.needs), default=[]))))
