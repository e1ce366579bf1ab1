# SPDX-License-Identifier: MIT
"""The list of faults, a TOML file.

    [[fault]]
    id = "find_slot"                          # unique
    file = "kernel/cap/cnode.cc"              # from the root of the tree
    function = "Slot* find_slot(const Capability& root, CPtr pointer)"
    stub = "return nullptr;"                  # the new body; or, in place of these two:
    find = "exact text"                       # which stands in the file once
    replace = "other text"
    unit = ["CNodeTest.*"]                    # filters of unit tests, each of which must fail
    boots = ["ktest_cspaces"]                 # test programs, each of which must fail; or as a table:
    # boots = [{ program = "ktest_smp_memory", cases = ["smp_unmapping"], harts = 2 }]
    tests = ["test_boot.py::test_x"]          # tests of grade/tests, each of which must fail

At least one test must claim the fault. An unknown key is an error: it is a slip of the pen more often than not.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from . import source

KEYS = {"id", "file", "function", "stub", "find", "replace", "unit", "boots", "tests"}
BOOT_KEYS = {"program", "cases", "harts", "options"}


class BadList(Exception):
    """The list of faults is wrong. The text says where, and what."""


@dataclass(frozen=True)
class UnitClaim:
    """Unit tests that must fail. Of several in the filter, one is enough."""

    filter: str

    def __str__(self) -> str:
        return self.filter


@dataclass(frozen=True)
class BootClaim:
    """A test program that must fail: in one of `cases`, if any are named."""

    program: str
    cases: tuple[str, ...] = ()
    harts: int = 1
    options: str = ""

    def __str__(self) -> str:
        harts = f" on {self.harts} harts" if self.harts > 1 else ""
        return f"{self.program}{harts}" + (f" ({', '.join(self.cases)})" if self.cases else "")


@dataclass(frozen=True)
class GradeClaim:
    """A test of grade/tests that must fail, as pytest names it: `test_boot.py::test_x`."""

    test: str

    def __str__(self) -> str:
        return self.test


Claim = UnitClaim | BootClaim | GradeClaim


@dataclass(frozen=True)
class Fault:
    id: str
    file: str
    claims: tuple[Claim, ...]
    function: str | None = None     # with `stub`
    stub: str = ""
    find: str | None = None         # with `replace`
    replace: str = ""

    def apply(self, text: str) -> tuple[str, int]:
        """The file's text with the fault in it, and the line where it is. Raises source.NotFound."""
        if self.function is not None:
            return source.replace_body(text, self.function, self.stub, self.file)
        return source.replace_text(text, self.find, self.replace, self.file)


def _boot(entry: object, where: str) -> BootClaim:
    if isinstance(entry, str):
        return BootClaim(entry)
    if not isinstance(entry, dict) or "program" not in entry:
        raise BadList(f"{where}: a boot is the name of a program, or a table with `program`")
    if unknown := entry.keys() - BOOT_KEYS:
        raise BadList(f"{where}: a boot has no key {', '.join(sorted(unknown))}")
    return BootClaim(entry["program"], tuple(entry.get("cases", ())), entry.get("harts", 1), entry.get("options", ""))


def _fault(entry: dict, where: str) -> Fault:
    if unknown := entry.keys() - KEYS:
        raise BadList(f"{where}: unknown key {', '.join(sorted(unknown))}")
    if "file" not in entry:
        raise BadList(f"{where}: `file` is missing")
    kinds = [kind for kind in (("function", "stub"), ("find", "replace")) if entry.keys() & set(kind)]
    if len(kinds) != 1 or not entry.keys() >= set(kinds[0]):
        raise BadList(f"{where}: give `function` and `stub`, or `find` and `replace`")
    claims = [*map(UnitClaim, entry.get("unit", ())), *(_boot(each, where) for each in entry.get("boots", ())),
              *map(GradeClaim, entry.get("tests", ()))]
    if not claims:
        raise BadList(f"{where}: no test claims it: give `unit`, `boots` or `tests`")
    return Fault(entry["id"], entry["file"], tuple(claims), entry.get("function"), entry.get("stub", ""),
                 entry.get("find"), entry.get("replace", ""))


def load(path: Path) -> list[Fault]:
    """The faults of a list, in its order. Raises BadList."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("fault", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadList(f"{path}: {error}") from None
    faults: dict[str, Fault] = {}
    for number, entry in enumerate(entries, 1):
        if "id" not in entry:
            raise BadList(f"{path}: fault {number}: `id` is missing")
        where = f"{path}: fault {entry['id']}"
        if entry["id"] in faults:
            raise BadList(f"{where}: the id is there twice")
        faults[entry["id"]] = _fault(entry, where)
    if not faults:
        raise BadList(f"{path}: there are no faults in it")
    return list(faults.values())
